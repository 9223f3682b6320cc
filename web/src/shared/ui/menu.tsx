/** Menus of commands and choices. Not modal: the page stays usable, and nothing locks its scrolling. */
import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { classNames } from "./class-names";
import { shortcutText } from "./kbd";
import { useSurroundingLayer } from "./layer";

const CONTENT =
  "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 max-w-[min(20rem,calc(100vw-1rem))] animate-appear overflow-y-auto overscroll-contain rounded-lg bg-raised p-1 text-ink text-sm shadow-md outline-none origin-(--radix-dropdown-menu-content-transform-origin)";

const ITEM =
  "relative flex min-h-7.5 cursor-default select-none items-center gap-2.5 rounded-sm px-2 py-1 outline-none data-highlighted:bg-hover data-disabled:opacity-50 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

export interface MenuProps {
  /** One button; it gets `aria-haspopup`, `aria-expanded` and the handlers. */
  trigger: ReactElement;
  /** Names the menu where the trigger's own name does not. */
  label?: string | undefined;
  align?: "start" | "center" | "end" | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
  open?: boolean | undefined;
  onOpenChange?: ((open: boolean) => void) | undefined;
  className?: string | undefined;
  children: ReactNode;
}

export function Menu({
  trigger,
  label,
  align = "start",
  side = "bottom",
  open,
  onOpenChange,
  className,
  children,
}: MenuProps) {
  const layer = useSurroundingLayer();
  return (
    <Radix.Root
      modal={false}
      {...(open !== undefined && { open })}
      {...(onOpenChange !== undefined && { onOpenChange })}
    >
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal container={layer}>
        <Radix.Content
          {...(label !== undefined && { "aria-label": label, "aria-labelledby": undefined })}
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={classNames(CONTENT, className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  icon?: ReactNode;
  shortcut?: string | undefined;
  danger?: boolean | undefined;
  disabled?: boolean | undefined;
  description?: ReactNode;
  onSelect?: ((event: Event) => void) | undefined;
  children: ReactNode;
}

export function MenuItem({
  icon,
  shortcut,
  danger = false,
  disabled = false,
  description,
  onSelect,
  children,
}: MenuItemProps) {
  return (
    <Radix.Item
      disabled={disabled}
      {...(onSelect !== undefined && { onSelect })}
      className={classNames(
        ITEM,
        danger && "text-danger data-highlighted:bg-danger-soft",
        !danger && "[&_svg]:text-muted",
      )}
    >
      {icon}
      <ItemText description={description}>{children}</ItemText>
      {shortcut !== undefined && <span className="ps-4 text-muted text-xs">{shortcutText(shortcut)}</span>}
    </Radix.Item>
  );
}

export interface MenuRadioGroupProps {
  value: string;
  onChange: (value: string) => void;
  label?: string | undefined;
  children: ReactNode;
}

export function MenuRadioGroup({ value, onChange, label, children }: MenuRadioGroupProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      {children}
    </Radix.RadioGroup>
  );
}

export interface MenuRadioProps {
  value: string;
  description?: ReactNode;
  icon?: ReactNode;
  disabled?: boolean | undefined;
  children: ReactNode;
}

export function MenuRadio({ value, description, icon, disabled = false, children }: MenuRadioProps) {
  return (
    <Radix.RadioItem value={value} disabled={disabled} className={ITEM}>
      {icon}
      <ItemText description={description}>{children}</ItemText>
      <Mark />
    </Radix.RadioItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 font-medium text-muted text-xs">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}

function ItemText({ description, children }: { description?: ReactNode; children: ReactNode }) {
  return (
    <span className="min-w-0 flex-1">
      <span className="block truncate">{children}</span>
      {description !== undefined && <span className="block text-muted text-xs">{description}</span>}
    </span>
  );
}

function Mark() {
  return (
    <span className="flex size-4 shrink-0 items-center justify-center">
      <Radix.ItemIndicator className="text-accent">
        <Check aria-hidden="true" />
      </Radix.ItemIndicator>
    </span>
  );
}
