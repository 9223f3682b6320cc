/** The commands that can be typed in the field; only those that can do something now. */
import { useMemo } from "react";
import { changeConversation, clearConversation, forkConversation, selectBranch } from "@/shared/api/commands";
import type { ReasoningEffort } from "@/shared/api/types";
import { type Strings, useStrings } from "@/shared/i18n";
import { showPanel, useWorkspace } from "@/shared/lib/workspace";
import { EFFORTS } from "@/shared/providers/efforts";
import { problemSentence } from "@/shared/ui/feedback";
import { toast } from "@/shared/ui/toast";
import type { SlashCommand } from "./slash";

export interface SlashActions {
  stop: () => void;
  attach: () => void;
  pickModel: () => void;
  pickEffort: () => void;
  setEffort: (effort: ReasoningEffort) => void;
  /** Shows a conversation that was made. */
  show: (conversationId: string) => void;
}

export function report(error: unknown): void {
  toast({ title: problemSentence(error), tone: "danger" });
}

async function clear(id: string, head: string, { common, composer }: Strings): Promise<void> {
  await clearConversation(id);
  toast({
    title: composer.slash.cleared,
    description: composer.slash.clearedHint,
    action: { label: common.undo, run: () => void selectBranch(id, head).catch(report) },
  });
}

/** The level that somebody typed: by its name in the language of the page, or by the server's. */
function effortNamed(
  typed: string,
  levels: Readonly<Record<ReasoningEffort, string>>,
): ReasoningEffort | undefined {
  const wanted = typed.toLowerCase();
  return EFFORTS.find((effort) => effort === wanted || levels[effort].toLowerCase() === wanted);
}

function inConversation(
  id: string,
  head: string | null,
  actions: SlashActions,
  strings: Strings,
): SlashCommand[] {
  const text = strings.composer.slash;
  const begun: SlashCommand[] =
    head === null
      ? []
      : [
          {
            name: "clear",
            description: text.clear,
            bare: true,
            run: () => void clear(id, head, strings).catch(report),
          },
          {
            name: "fork",
            description: text.fork,
            bare: true,
            run: () =>
              void forkConversation(id, head)
                .then((made) => actions.show(made.id))
                .catch(report),
          },
          {
            name: "search",
            description: text.search,
            bare: true,
            run: () => useWorkspace.setState({ threadSearch: true }),
          },
        ];
  return [
    ...begun,
    {
      name: "rename",
      description: text.rename,
      argument: text.renameArgument,
      bare: false,
      run: (title) =>
        void changeConversation(id, { title })
          .then(() => toast({ title: text.renamed(title) }))
          .catch(report),
    },
    { name: "plan", description: text.plan, bare: true, run: () => showPanel("plan") },
    { name: "files", description: text.files, bare: true, run: () => showPanel("files") },
    { name: "history", description: text.history, bare: true, run: () => showPanel("history") },
  ];
}

export function useSlashCommands(
  id: string | null,
  head: string | null,
  busy: boolean,
  actions: SlashActions,
): readonly SlashCommand[] {
  const strings = useStrings();
  return useMemo(() => {
    const { slash, effort } = strings.composer;
    return [
      ...(busy ? [{ name: "stop", description: slash.stop, bare: true, run: actions.stop }] : []),
      { name: "model", description: slash.model, bare: true, run: actions.pickModel },
      {
        name: "effort",
        description: slash.effort,
        argument: slash.effortArgument,
        bare: true,
        run: (typed) => {
          const named = effortNamed(typed, effort.levels);
          if (typed === "") {
            actions.pickEffort();
          } else if (named) {
            actions.setEffort(named);
          } else {
            toast({ title: slash.unknownEffort(Object.values(effort.levels).join(", ")), tone: "warning" });
          }
        },
      },
      { name: "attach", description: slash.attach, bare: true, run: actions.attach },
      ...(id === null ? [] : inConversation(id, head, actions, strings)),
      {
        name: "help",
        description: slash.help,
        bare: true,
        run: () => useWorkspace.setState({ shortcutsOpen: true }),
      },
    ];
  }, [id, head, busy, actions, strings]);
}
