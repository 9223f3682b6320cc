/** How hard the model is to think, in this conversation. */
import { Brain } from "lucide-react";
import { memo } from "react";
import type { ReasoningEffort } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { EFFORTS, isEffort } from "@/shared/providers/efforts";
import { Button } from "@/shared/ui/button";
import { Menu, MenuLabel, MenuRadio, MenuRadioGroup, MenuSeparator } from "@/shared/ui/menu";

const WORKSPACE = "workspace";

export interface EffortPickerProps {
  /** null: what the workspace says. */
  value: ReasoningEffort | null;
  workspace: ReasoningEffort;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onChange: (effort: ReasoningEffort | null) => void;
}

export const EffortPicker = memo(function EffortPicker({
  value,
  workspace,
  open,
  onOpenChange,
  onChange,
}: EffortPickerProps) {
  const text = useStrings().composer.effort;
  const level = text.levels[value ?? workspace];
  return (
    <Menu
      label={text.label}
      side="top"
      className="w-60"
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Button
          variant="ghost"
          icon={<Brain aria-hidden="true" />}
          aria-label={text.current(level)}
          className="min-w-0 px-2 font-normal pointer-coarse:min-w-11"
        >
          <span className="truncate max-sm:hidden">{level}</span>
        </Button>
      }
    >
      <MenuLabel>{text.label}</MenuLabel>
      <MenuRadioGroup
        value={value ?? WORKSPACE}
        label={text.label}
        onChange={(chosen) => onChange(isEffort(chosen) ? chosen : null)}
      >
        <MenuRadio value={WORKSPACE} description={text.workspaceIs(text.levels[workspace])}>
          {text.workspace}
        </MenuRadio>
        <MenuSeparator />
        {EFFORTS.map((effort) => (
          <MenuRadio key={effort} value={effort} description={text.hints[effort]}>
            {text.levels[effort]}
          </MenuRadio>
        ))}
      </MenuRadioGroup>
    </Menu>
  );
});
