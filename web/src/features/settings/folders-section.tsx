/** The folders that conversations may work in besides the one that Flowent was started in. */
import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { call, client } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { TextField } from "@/shared/ui/field";
import { defineForm } from "./drafts";
import { Part } from "./parts";
import { type FormFields, SettingsForm } from "./settings-form";

interface Values {
  folders: readonly string[];
}

/** Lines that were left empty are not sent. */
export const foldersForm = defineForm<Values>({
  section: "folders",
  read: ({ folders }) => ({ folders }),
  write: ({ folders = [] }) => ({ folders: folders.map((folder) => folder.trim()).filter(Boolean) }),
  shows: (field) => /^folders\.\d+$/.test(field),
});

export function FoldersSection() {
  const t = useStrings().settings;
  const about = useQuery({ queryKey: ["about"], queryFn: () => call(client.GET("/api/about")) });
  return (
    <SettingsForm form={foldersForm} label={t.sections.folders}>
      {(fields) => (
        <Part title={t.folders.title} hint={t.folders.hint}>
          {about.data !== undefined && (
            <p className="mb-4 text-sm">
              <span className="text-muted">{t.folders.startedIn}</span>{" "}
              <code className="break-all font-mono text-xs">{about.data.workdir}</code>
            </p>
          )}
          <Folders fields={fields} />
        </Part>
      )}
    </SettingsForm>
  );
}

function Folders({ fields }: { fields: FormFields<Values> }) {
  const t = useStrings().settings.folders;
  const list = useRef<HTMLDivElement>(null);
  const added = useRef(false);
  const { folders } = fields.values;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once a line was added
  useEffect(() => {
    if (added.current) {
      [...(list.current?.querySelectorAll<HTMLElement>("[data-line] input") ?? [])].at(-1)?.focus();
      added.current = false;
    }
  }, [folders.length]);

  /** The server counts the lines that it was sent. */
  function sentPlace(place: number): number {
    return folders.slice(0, place).filter((folder) => folder.trim() !== "").length;
  }

  function change(next: readonly string[]) {
    fields.set({ folders: next });
  }

  return (
    <div ref={list} className="flex flex-col gap-3">
      {folders.length === 0 && <p className="text-muted text-sm">{t.empty}</p>}
      {folders.map((folder, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; its text changes while it is typed
        <div key={place} data-line="" className="flex items-start gap-2">
          <TextField
            label={t.folder(place + 1)}
            hideLabel
            value={folder}
            onChange={(next) => change(folders.map((other, index) => (index === place ? next : other)))}
            placeholder={t.placeholder}
            error={folder.trim() === "" ? undefined : fields.error(`folders.${sentPlace(place)}`)}
            monospace
            maxLength={4096}
            className="flex-1"
          />
          <IconButton
            label={t.remove(folder)}
            icon={<Trash2 />}
            onClick={() => {
              change(folders.filter((_, index) => index !== place));
              list.current?.querySelector<HTMLElement>("[data-add]")?.focus();
            }}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<Plus />}
          data-add=""
          onClick={() => {
            added.current = true;
            change([...folders, ""]);
          }}
        >
          {t.add}
        </Button>
      </div>
    </div>
  );
}
