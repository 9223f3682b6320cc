/** Files and folders of the project for what was typed after "@": asked for while typing, stale answers dropped. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { File, Folder } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { call } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import type { CompletionItem } from "./completion-popup";

const DEBOUNCE = 60;
const LIMIT = 20;

export interface FoundFile {
  path: string;
  kind: "file" | "directory";
  matched: readonly number[];
}

interface FoundFiles {
  items: readonly FoundFile[];
  truncated: boolean;
}

async function getFiles(url: string, signal: AbortSignal): Promise<{ data?: FoundFiles; error?: unknown; response: Response }> {
  const response = await fetch(url, { credentials: "same-origin", signal });
  const body: unknown = await response.json().catch(() => null);
  // The server's own document says what it answers here.
  return response.ok ? { data: body as FoundFiles, response } : { error: body, response };
}

export function findFiles(conversationId: string, query: string, signal: AbortSignal): Promise<FoundFiles> {
  const parameters = new URLSearchParams({ query, limit: String(LIMIT) });
  return call(getFiles(`/api/conversations/${encodeURIComponent(conversationId)}/files?${parameters}`, signal));
}

function useDebounced(value: string | null): string | null {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    // The first question after "@" does not wait.
    const timer = setTimeout(() => setSettled(value), value === null || value === "" ? 0 : DEBOUNCE);
    return () => clearTimeout(timer);
  }, [value]);
  return value === null ? null : settled;
}

export interface Mentions {
  files: readonly FoundFile[];
  items: readonly CompletionItem[];
  note: string | undefined;
}

const NOTHING: readonly FoundFile[] = [];

/**
 * `query` is null while nothing is asked for. `scope` tells one project from another; `conversation` gives the
 * conversation whose project is searched, and may have to make it first.
 */
export function useMentions(query: string | null, scope: string, conversation: () => Promise<string>): Mentions {
  const text = useStrings().composer.completion;
  const asked = useDebounced(query);
  const { data, error, isPending } = useQuery({
    queryKey: ["composer-files", scope, asked],
    queryFn: async ({ signal }) => findFiles(await conversation(), asked ?? "", signal),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  });
  const files = data?.items ?? NOTHING;
  const items = useMemo(
    () =>
      files.map(
        ({ path, kind, matched }): CompletionItem => ({
          id: path,
          label: kind === "directory" ? `${path}/` : path,
          matched,
          monospace: true,
          icon:
            kind === "directory" ? (
              <Folder role="img" aria-label={text.directory} />
            ) : (
              <File role="img" aria-label={text.file} />
            ),
        }),
      ),
    [files, text],
  );
  if (error) {
    return { files: NOTHING, items: [], note: error.message };
  }
  const none = isPending ? text.looking : text.noFiles;
  return { files, items, note: files.length === 0 ? none : data?.truncated ? text.more : undefined };
}
