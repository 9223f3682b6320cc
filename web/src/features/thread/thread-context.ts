/** What every part of a message needs to know of the thread that it stands in. */
import { createContext, useContext } from "react";

export interface ThreadSurroundings {
  readonly conversationId: string;
  /** The past is shown: nothing can be changed. */
  readonly readOnly: boolean;
  /** A turn runs: what begins a turn or changes the branch has to wait. */
  readonly busy: boolean;
  readonly onForked: (newId: string) => void;
  /** What was pressed is to stay where it is although what follows it changes its height. */
  readonly holdPlace: () => void;
}

const Surroundings = createContext<ThreadSurroundings>({
  conversationId: "",
  readOnly: true,
  busy: false,
  onForked: () => undefined,
  holdPlace: () => undefined,
});

export const ThreadProvider = Surroundings.Provider;

export function useThread(): ThreadSurroundings {
  return useContext(Surroundings);
}
