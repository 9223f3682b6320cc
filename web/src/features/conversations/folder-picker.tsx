/** Choosing the folder that a conversation works in: by walking, by typing, or one that was used before. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowUp, Folder, FolderGit2 } from "lucide-react";
import { useState } from "react";
import { call, client } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";
import { Badge, Banner, ProblemText, Skeleton } from "@/shared/ui/feedback";
import { TextField } from "@/shared/ui/field";

export interface FolderPickerProps {
  initial: string | undefined;
  onClose: () => void;
  onChoose: (path: string) => Promise<void>;
}

export function FolderPicker({ initial, onClose, onChoose }: FolderPickerProps) {
  const t = useStrings().conversations;
  const [path, setPath] = useState(initial);
  const [typed, setTyped] = useState<string>();
  const [busy, setBusy] = useState(false);
  const folder = useQuery({
    queryKey: ["folders", path],
    queryFn: () =>
      call(client.GET("/api/folders", { params: { query: path === undefined ? {} : { path } } })),
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const recent = useQuery({
    queryKey: ["folders", "recent"],
    queryFn: () => call(client.GET("/api/folders/recent")),
    staleTime: 0,
  });
  const queries = useQueryClient();
  const [refused, setRefused] = useState<unknown>();
  const at = folder.data;
  const go = (to: string) => {
    setTyped(undefined);
    setPath(to);
  };
  const text = typed ?? at?.path ?? path ?? "";
  /** Takes the folder; one that is not allowed yet is put among the settings' folders first. */
  const take = async (path: string, allowed: boolean) => {
    setBusy(true);
    setRefused(undefined);
    try {
      if (!allowed) {
        const { folders } = await call(client.GET("/api/settings"));
        await call(client.PUT("/api/settings", { body: { folders: [...folders, path] } }));
        void queries.invalidateQueries({ queryKey: ["settings"] });
      }
      await onChoose(path);
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const moved = typed !== undefined && typed !== at?.path;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t.chooseFolder}
      description={t.chooseFolderHint}
      footer={
        <Button
          variant="primary"
          busy={busy}
          disabled={moved || !(at?.allowed || at?.addable) || folder.isError}
          onClick={() => at && void take(at.path, at.allowed)}
        >
          {at?.addable && !at.allowed ? t.allowFolder : t.useFolder}
        </Button>
      }
    >
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          go(text.trim());
        }}
      >
        <TextField className="flex-1" label={t.folderPath} value={text} onChange={setTyped} monospace />
        <IconButton
          label={t.parentFolder}
          icon={<ArrowUp />}
          disabled={!at?.parent}
          onClick={() => at?.parent && go(at.parent)}
        />
        <Button type="submit" disabled={!moved}>
          {t.openFolder}
        </Button>
      </form>
      {folder.isError && <ProblemText error={folder.error} />}
      {refused !== undefined && <ProblemText error={refused} />}
      {at && !at.allowed && !folder.isError && (
        <Banner tone={at.addable ? "info" : "warning"} title={at.reason ?? ""}>
          {at.addable ? null : at.remedy}
        </Banner>
      )}
      <div className="mt-3 h-64 overflow-y-auto rounded-md border border-line">
        {folder.isPending && <Skeleton className="m-3 h-4 w-1/2" />}
        {at?.items.length === 0 && <p className="p-4 text-center text-muted text-sm">{t.noFolders}</p>}
        <ul>
          {at?.items.map((item) => (
            <li key={item.path}>
              <FolderRow name={item.name} project={item.project} onOpen={() => go(item.path)} />
            </li>
          ))}
        </ul>
        {at?.truncated && <p className="p-3 text-muted text-xs">{t.moreFolders}</p>}
      </div>
      {recent.data && recent.data.items.length > 0 && (
        <section aria-label={t.recentFolders} className="pt-4">
          <h3 className="pb-1 font-medium text-muted text-xs">{t.recentFolders}</h3>
          <ul className="flex flex-wrap gap-1.5">
            {recent.data.items.slice(0, 6).map((item) => (
              <li key={item.path}>
                <Button size="small" title={item.path} onClick={() => go(item.path)}>
                  {item.name}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}

function FolderRow({ name, project, onOpen }: { name: string; project: boolean; onOpen: () => void }) {
  const t = useStrings().conversations;
  const Icon = project ? FolderGit2 : Folder;
  return (
    <button
      type="button"
      className="flex h-8 w-full items-center gap-2 px-3 text-start text-sm outline-offset-[-2px] hover:bg-hover pointer-coarse:h-11"
      onClick={onOpen}
    >
      <Icon aria-hidden className={project ? "size-4 text-accent" : "size-4 text-faint"} />
      <span className="min-w-0 flex-1 truncate">{name}</span>
      {project && <Badge>{t.project}</Badge>}
    </button>
  );
}
