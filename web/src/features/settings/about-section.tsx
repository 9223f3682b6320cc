/** What runs here, whether it is well, and the ways in and out of it. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useStrings } from "@/shared/i18n";
import { shortTime } from "@/shared/lib/format";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";
import { ConfirmDialog } from "@/shared/ui/dialog";
import { ProblemText } from "@/shared/ui/feedback";
import { dropKeptPrompt } from "./agent-draft";
import { dropDrafts } from "./drafts";
import { Health } from "./health";
import { Fact, Facts, Loading, LoadProblem, Part } from "./parts";
import { useAbout, useLoginLink, useLogout } from "./queries";

export function AboutSection() {
  return (
    <>
      <WorkspaceFacts />
      <Health />
      <Devices />
      <Session />
    </>
  );
}

function WorkspaceFacts() {
  const t = useStrings().settings.about;
  const about = useAbout();
  const [now] = useState(Date.now);
  if (about.data === undefined) {
    return (
      <Part title={t.workspace}>
        {about.isError ? (
          <LoadProblem error={about.error} onRetry={() => void about.refetch()} />
        ) : (
          <Loading />
        )}
      </Part>
    );
  }
  const { version, python, platform, database, workdir, started_at } = about.data;
  return (
    <Part title={t.workspace}>
      <Facts>
        <Fact name={t.version}>{version}</Fact>
        <Fact name={t.python}>{python}</Fact>
        <Fact name={t.platform}>{platform}</Fact>
        <Fact name={t.database}>{t.databases[database]}</Fact>
        <Fact name={t.workdir}>
          <code className="break-all font-mono text-xs">{workdir}</code>
        </Fact>
        <Fact name={t.uptime}>
          {uptime(now - started_at)} <span className="text-muted">· {t.since(shortTime(started_at))}</span>
        </Fact>
        <Fact name={t.licence}>{t.licenceName}</Fact>
      </Facts>
    </Part>
  );

  /** The two largest units that say something. */
  function uptime(milliseconds: number): string {
    const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
    const days = Math.floor(minutes / 1_440);
    const hours = Math.floor(minutes / 60) % 24;
    const parts = [
      days > 0 ? t.days(days) : "",
      hours > 0 ? t.hours(hours) : "",
      days === 0 && minutes % 60 > 0 ? t.minutes(minutes % 60) : "",
    ].filter(Boolean);
    return parts.length === 0 ? t.justStarted : parts.join(", ");
  }
}

/** Whether an address means the machine that it is opened on. */
function isLoopback(address: string): boolean {
  try {
    return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
  } catch {
    return false;
  }
}

function Devices() {
  const t = useStrings().settings.about;
  const link = useLoginLink();
  return (
    <Part title={t.devices} hint={t.devicesHint}>
      {link.data !== undefined && (
        <div role="status" className="mb-3 rounded-lg border bg-surface p-3">
          <div className="flex items-start gap-2">
            <code className="min-w-0 flex-1 select-all break-all py-1 font-mono text-xs">
              {link.data.url}
            </code>
            <CopyButton text={link.data.url} label={t.copyLink} />
          </div>
          <p className="mt-1 text-muted text-xs">
            {t.linkUntil(shortTime(link.data.expires_at))} {isLoopback(link.data.url) && t.linkLocal}
          </p>
        </div>
      )}
      {link.isError && <ProblemText error={link.error} className="mb-3" />}
      <Button busy={link.isPending} onClick={() => link.mutate()}>
        {link.data === undefined ? t.makeLink : t.newLink}
      </Button>
    </Part>
  );
}

function Session() {
  const t = useStrings().settings.about;
  const logout = useLogout();
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  return (
    <Part title={t.session}>
      <Button onClick={() => setLeaving(true)}>{t.logOut}</Button>
      <ConfirmDialog
        open={leaving}
        onClose={() => setLeaving(false)}
        title={t.logOutTitle}
        description={t.logOutHint}
        confirmLabel={t.logOut}
        onConfirm={async () => {
          await logout.mutateAsync();
          dropDrafts();
          dropKeptPrompt();
          await navigate({ to: "/login" });
        }}
      />
    </Part>
  );
}
