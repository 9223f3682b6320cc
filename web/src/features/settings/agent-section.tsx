/** The agent prompt. What is typed and not saved is kept in the browser, also when the page is closed. */
import { useEffect } from "react";
import { useStrings } from "@/shared/i18n";
import { count } from "@/shared/lib/format";
import { classNames } from "@/shared/ui/class-names";
import { TextAreaField } from "@/shared/ui/field";
import { dropKeptPrompt, keepPrompt, keptPrompt } from "./agent-draft";
import { defineForm } from "./drafts";
import { type FormFields, SettingsForm } from "./settings-form";

/** Bytes of the prompt in UTF-8 that the server takes. */
export const LARGEST_PROMPT = 32 * 1024;

interface Values {
  agent_prompt: string;
}

export const agentForm = defineForm<Values>({
  section: "agent",
  read: ({ agent_prompt }) => ({ agent_prompt }),
  write: ({ agent_prompt }) => (agent_prompt === undefined ? {} : { agent_prompt }),
  shows: (field) => field === "agent_prompt",
});

export function AgentSection() {
  const t = useStrings().settings;
  return (
    <SettingsForm form={agentForm} label={t.sections.agent}>
      {(fields) => <Prompt fields={fields} />}
    </SettingsForm>
  );
}

function Prompt({ fields }: { fields: FormFields<Values> }) {
  const t = useStrings().settings.agent;
  const { set, dirty, values } = fields;
  const text = values.agent_prompt;
  const size = new TextEncoder().encode(text).length;
  const over = size - LARGEST_PROMPT;

  // Once, as long as nothing else was typed in this tab.
  useEffect(() => {
    const kept = keptPrompt();
    if (kept !== null && agentForm.useTouched.getState().touched.agent_prompt === undefined) {
      agentForm.useTouched.setState({ touched: { agent_prompt: kept } });
    }
  }, []);
  useEffect(() => {
    if (dirty) {
      keepPrompt(text);
    } else if (agentForm.useTouched.getState().touched.agent_prompt === undefined) {
      dropKeptPrompt();
    }
  }, [dirty, text]);

  return (
    <div>
      <TextAreaField
        label={t.prompt}
        hint={t.promptHint}
        value={text}
        onChange={(agent_prompt) => set({ agent_prompt })}
        placeholder={t.placeholder}
        rows={12}
        error={over > 0 ? t.tooLong(over) : fields.error("agent_prompt")}
      />
      <div className="mt-2 flex flex-wrap justify-between gap-x-4 gap-y-1 text-xs">
        <span className="text-muted">{dirty ? t.draftKept : ""}</span>
        <span className={classNames("tabular-nums", over > 0 ? "text-danger" : "text-muted")}>
          {t.size(count(size), count(LARGEST_PROMPT))}
        </span>
      </div>
    </div>
  );
}
