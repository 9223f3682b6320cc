/** Every command that has keys, by group. */
import { useStrings } from "@/shared/i18n";
import { type Command, type CommandGroup, useAllCommands } from "@/shared/lib/commands";
import { Dialog } from "@/shared/ui/dialog";
import { Kbd } from "@/shared/ui/kbd";

const GROUPS: readonly CommandGroup[] = ["conversation", "composer", "thread", "go", "view", "settings"];

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const t = useStrings();
  const byId = new Map(useAllCommands().map((command) => [command.id, command]));
  const commands = [...byId.values()].filter((command) => command.shortcut !== undefined);
  return (
    <Dialog open onClose={onClose} title={t.palette.shortcuts} size="large">
      <div className="columns-1 gap-8 sm:columns-2">
        {GROUPS.map((group) => (
          <Group key={group} group={group} commands={commands.filter((command) => command.group === group)} />
        ))}
      </div>
    </Dialog>
  );
}

function Group({ group, commands }: { group: CommandGroup; commands: readonly Command[] }) {
  const t = useStrings();
  if (commands.length === 0) {
    return null;
  }
  return (
    <section className="mb-5 break-inside-avoid">
      <h3 className="pb-1 font-medium text-muted text-xs">{t.palette.groups[group]}</h3>
      <dl>
        {commands.map((command) => (
          <div
            key={command.id}
            className="flex items-center gap-3 border-line border-b py-1.5 text-sm last:border-0"
          >
            <dt className="flex-1">{command.title}</dt>
            <dd>
              <Kbd shortcut={command.shortcut ?? ""} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
