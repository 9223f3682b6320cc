/** The settings: their own navigation at the left and one section; on a phone the list first, then the section. */
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, ChevronRight, PanelLeft } from "lucide-react";
import type { ReactElement } from "react";
import { useStrings } from "@/shared/i18n";
import { useCommands } from "@/shared/lib/commands";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { EmptyState } from "@/shared/ui/feedback";
import { useIsPhone } from "@/shared/ui/use-media";
import { AboutSection } from "./about-section";
import { AgentSection } from "./agent-section";
import { AppearanceSection } from "./appearance-section";
import { DataSection } from "./data-section";
import { useUnsavedSections } from "./drafts";
import { FoldersSection } from "./folders-section";
import { LimitsSection } from "./limits-section";
import { ProvidersSection } from "./providers-section";
import { isSection, SECTION_ICONS, SECTIONS, type SectionName } from "./sections";

export interface SettingsPageProps {
  section?: string | undefined;
}

const CONTENT: Readonly<Record<SectionName, () => ReactElement>> = {
  appearance: AppearanceSection,
  providers: ProvidersSection,
  agent: AgentSection,
  limits: LimitsSection,
  folders: FoldersSection,
  data: DataSection,
  about: AboutSection,
};

export function SettingsPage({ section }: SettingsPageProps) {
  const t = useStrings().settings;
  const phone = useIsPhone();
  const navigate = useNavigate();
  useCommands(
    () =>
      SECTIONS.map((name) => ({
        id: `settings.${name}`,
        title: `${t.title}: ${t.sections[name]}`,
        group: "settings",
        run: () => void navigate({ to: "/settings/{-$section}", params: { section: name } }),
      })),
    [t, navigate],
  );
  if (section !== undefined && !isSection(section)) {
    return (
      <div className="flex min-h-0 flex-1 flex-col">
        <Bar back={phone} />
        <h1 className="sr-only">{t.title}</h1>
        <EmptyState
          title={t.noSection}
          action={
            <Link
              to="/settings/{-$section}"
              params={{ section: undefined }}
              className="text-accent text-sm underline"
            >
              {t.toSections}
            </Link>
          }
        >
          {t.noSectionHint}
        </EmptyState>
      </div>
    );
  }
  if (phone && section === undefined) {
    return (
      <div className="flex min-h-0 flex-1 flex-col">
        <Bar back={false} />
        <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-8">
          <h1 className="mb-4 font-semibold text-2xl tracking-tight">{t.title}</h1>
          <SectionList />
        </div>
      </div>
    );
  }
  const shown = section ?? "appearance";
  const Content = CONTENT[shown];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Bar back={phone} />
      <div className="flex min-h-0 flex-1">
        {!phone && <SectionRail shown={shown} />}
        <div className="min-h-0 min-w-0 flex-1 overflow-y-auto">
          <div className="mx-auto w-full max-w-2xl px-4 pt-2 pb-16 sm:px-8 md:pt-9">
            <h1 className="mb-6 font-semibold text-2xl tracking-tight">{t.sections[shown]}</h1>
            <div key={shown}>
              <Content />
            </div>
          </div>
        </div>
      </div>
    </div>
  );
}

function Bar({ back }: { back: boolean }) {
  const t = useStrings().settings;
  const open = usePreference("sidebarOpen");
  if (open && !back) {
    return null;
  }
  return (
    <div className="flex h-12 shrink-0 items-center gap-1 px-2">
      {!open && (
        <IconButton
          label={t.openSidebar}
          shortcut="mod+b"
          icon={<PanelLeft />}
          tooltipSide="bottom"
          onClick={() => setPreference("sidebarOpen", true)}
        />
      )}
      {back && (
        <Link
          to="/settings/{-$section}"
          params={{ section: undefined }}
          className="flex h-8 items-center gap-1.5 rounded-md px-2 text-muted text-sm hover:bg-hover hover:text-ink pointer-coarse:h-11"
        >
          <ArrowLeft aria-hidden="true" className="size-4" />
          {t.toSections}
        </Link>
      )}
    </div>
  );
}

function SectionRail({ shown }: { shown: SectionName }) {
  const t = useStrings().settings;
  const unsaved = useUnsavedSections();
  return (
    <nav aria-label={t.navigation} className="w-56 shrink-0 overflow-y-auto px-3 pt-9 pb-6 max-lg:w-48">
      <p aria-hidden="true" className="mb-2 px-2.5 font-medium text-muted text-xs">
        {t.title}
      </p>
      <ul className="flex flex-col gap-0.5">
        {SECTIONS.map((name) => {
          const Icon = SECTION_ICONS[name];
          return (
            <li key={name}>
              <Link
                to="/settings/{-$section}"
                params={{ section: name }}
                aria-current={name === shown ? "page" : undefined}
                aria-label={unsaved.includes(name) ? t.unsavedIn(t.sections[name]) : undefined}
                className={classNames(
                  "flex min-h-8 items-center gap-2.5 rounded-md px-2.5 py-1 text-sm transition-colors pointer-coarse:min-h-11",
                  name === shown
                    ? "bg-active font-medium text-ink"
                    : "text-muted hover:bg-hover hover:text-ink",
                )}
              >
                <Icon aria-hidden="true" className="size-4 shrink-0" />
                <span className="min-w-0 flex-1">{t.sections[name]}</span>
                {unsaved.includes(name) && <UnsavedDot />}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function SectionList() {
  const t = useStrings().settings;
  const unsaved = useUnsavedSections();
  return (
    <nav aria-label={t.navigation}>
      <ul className="divide-y overflow-hidden rounded-lg border bg-surface">
        {SECTIONS.map((name) => {
          const Icon = SECTION_ICONS[name];
          return (
            <li key={name}>
              <Link
                to="/settings/{-$section}"
                params={{ section: name }}
                className="flex min-h-14 items-center gap-3 px-3.5 py-2 transition-colors hover:bg-hover focus-visible:outline-offset-[-2px]"
              >
                <Icon aria-hidden="true" className="size-5 shrink-0 text-muted" />
                <span className="min-w-0 flex-1">
                  <span className="block font-medium text-sm">{t.sections[name]}</span>
                  <span className="block truncate text-muted text-xs">
                    {unsaved.includes(name) ? t.form.unsaved : t.sectionHints[name]}
                  </span>
                </span>
                {unsaved.includes(name) && <UnsavedDot />}
                <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-faint" />
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function UnsavedDot() {
  return <span aria-hidden="true" className="size-2 shrink-0 rounded-full bg-accent" />;
}
