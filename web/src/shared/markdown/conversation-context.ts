/** The conversation to whose project the paths in a text belong; null where there is none. */
import { createContext } from "react";

export const ConversationContext = createContext<string | null>(null);
