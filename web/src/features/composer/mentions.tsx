/** Files and folders of the project for what was typed after "@": asked for while typing, stale answers dropped. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { File, Folder } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { call, client } from "@/shared/api/client";
import type { components } from "@/shared/api/schema";
import { useStrings } from "@/shared/i18n";
import { problemSentence } from "@/shared/ui/feedback";
import type { CompletionItem } from "./completion-popup";

const DEBOUNCE = 60;
const LIMIT = 20;

export type FoundFile = components["schemas"]["FileHit"];

/** What is searched: a conversation's project, or, before there is one, the folder that it will work in. */
export type Project = { conversationId: string } | { workdir: string | undefined };

function findFiles(project: Project, query: string, signal: AbortSignal) {
  if (!("conversationId" in project)) {
    const { workdir } = project;
    const params = { query: { query, limit: LIMIT, ...(workdir === undefined ? {} : { workdir }) } };
    return call(client.GET("/api/folders/files", { params, signal }));
  }
  const { conversationId } = project;
  return call(
    client.GET("/api/conversations/{conversation_id}/files", {
      params: { path: { conversation_id: conversationId }, query: { query, limit: LIMIT } },
      signal,
    }),
  );
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

/** Whether the characters of the query come in the path, in order. */
export function mayFit(path: string, query: string): boolean {
  const text = path.toLowerCase();
  let from = 0;
  for (const character of query.toLowerCase()) {
    const place = text.indexOf(character, from);
    if (place < 0) {
      return false;
    }
    from = place + character.length;
  }
  return true;
}

export interface Mentions {
  files: readonly FoundFile[];
  items: readonly CompletionItem[];
  note: string | undefined;
}

const NOTHING: readonly FoundFile[] = [];

/** `query` is null while nothing is asked for. */
export function useMentions(query: string | null, project: Project): Mentions {
  const text = useStrings().composer.completion;
  const asked = useDebounced(query);
  const { data, error, isFetching, isPlaceholderData } = useQuery({
    queryKey: ["composer-files", project, asked],
    queryFn: ({ signal }) => findFiles(project, asked ?? "", signal),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  });
  // Until the answer comes, those of the last one that still fit: what enter takes always fits what was typed.
  const late = asked !== query || isPlaceholderData;
  const files = useMemo(() => {
    const found = data?.items ?? NOTHING;
    return late
      ? found.filter(({ path }) => mayFit(path, query ?? "")).map((file) => ({ ...file, matched: [] }))
      : found;
  }, [data, late, query]);
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
  if (query === null) {
    return { files: NOTHING, items: [], note: undefined };
  }
  if (error && !late) {
    return { files: NOTHING, items: [], note: problemSentence(error) };
  }
  const none = late || isFetching ? text.looking : text.noFiles;
  return { files, items, note: files.length === 0 ? none : data?.truncated ? text.more : undefined };
}
