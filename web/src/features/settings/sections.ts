/** The sections of the settings, in the order in which they are listed. */
import { Bot, Cpu, FolderTree, Gauge, HardDrive, Info, type LucideIcon, Palette } from "lucide-react";

export const SECTIONS = ["appearance", "providers", "agent", "limits", "folders", "data", "about"] as const;

export type SectionName = (typeof SECTIONS)[number];

export const SECTION_ICONS: Readonly<Record<SectionName, LucideIcon>> = {
  appearance: Palette,
  providers: Cpu,
  agent: Bot,
  limits: Gauge,
  folders: FolderTree,
  data: HardDrive,
  about: Info,
};

export function isSection(name: string | undefined): name is SectionName {
  return SECTIONS.some((section) => section === name);
}
