/** Beside the conversation: its plan, the files that were read, and its history. */
import { Files, History, ListTodo, X } from "lucide-react";
import { lazy, Suspense } from "react";
import { useStrings } from "@/shared/i18n";
import { setPreference } from "@/shared/lib/preferences";
import { closeFile, useWorkspace } from "@/shared/lib/workspace";
import { IconButton } from "@/shared/ui/button";
import { Tabs } from "@/shared/ui/tabs";
import { FilesView } from "./files-view";
import { PlanView } from "./plan-view";

const FileViewer = lazy(async () => ({ default: (await import("./file-viewer")).FileViewer }));
const HistoryView = lazy(async () => ({ default: (await import("./history-view")).HistoryView }));

export function SidePanel({ conversationId }: { conversationId: string }) {
  const t = useStrings().panel;
  const tab = useWorkspace((workspace) => workspace.panelTab);
  const file = useWorkspace((workspace) => workspace.file);
  const shown = file?.conversationId === conversationId ? file : null;
  return (
    <div className="relative flex h-full min-h-0 w-full flex-col">
      <span className="absolute end-2 top-1 z-10">
        <IconButton
          size="small"
          label={t.close}
          icon={<X />}
          onClick={() => setPreference("panelOpen", false)}
        />
      </span>
      <Tabs
        className="min-h-0 flex-1 pt-1"
        label={t.title}
        value={tab}
        onChange={(panelTab) => useWorkspace.setState({ panelTab })}
        items={[
          { value: "plan", label: t.plan, icon: <ListTodo /> },
          { value: "files", label: t.files, icon: <Files /> },
          { value: "history", label: t.history, icon: <History /> },
        ]}
      >
        <Suspense fallback={null}>
          {tab === "plan" && <PlanView conversationId={conversationId} />}
          {tab === "files" && shown && (
            <FileViewer key={`${shown.path}:${shown.line}`} request={shown} onBack={closeFile} />
          )}
          {tab === "files" && !shown && <FilesView conversationId={conversationId} />}
          {tab === "history" && <HistoryView conversationId={conversationId} />}
        </Suspense>
      </Tabs>
    </div>
  );
}
