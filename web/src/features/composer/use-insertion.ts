/** Writes into the field what another part of the page asked for, once. */
import { type RefObject, useEffect } from "react";
import { useWorkspace } from "@/shared/lib/workspace";
import { spaced, typeOver } from "./typing";

export function useInsertion(
  field: RefObject<HTMLTextAreaElement | null>,
  conversationId: string | null,
): void {
  const insertion = useWorkspace((workspace) => workspace.insertion);
  useEffect(() => {
    const element = field.current;
    if (!insertion || !element || insertion.conversationId !== conversationId) {
      return;
    }
    useWorkspace.setState({ insertion: null });
    const { selectionStart, selectionEnd, value } = element;
    element.focus();
    if (insertion.text !== "") {
      const text = spaced(value.slice(0, selectionStart), insertion.text, value.slice(selectionEnd));
      typeOver(element, selectionStart, selectionEnd, text);
    }
  }, [field, insertion, conversationId]);
}
