/** The doctor's findings: what is wrong first, each with what to do about it. */
import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useStrings } from "@/shared/i18n";
import { shortTime } from "@/shared/lib/format";
import { Button } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { Loading, LoadProblem, Part } from "./parts";
import { type Finding, useDoctor } from "./queries";

const LOOK = {
  missing: { Icon: CircleX, tone: "text-danger" },
  warning: { Icon: TriangleAlert, tone: "text-warning" },
  ok: { Icon: CircleCheck, tone: "text-success" },
} as const;

const ORDER: readonly Finding["status"][] = ["missing", "warning", "ok"];

export function Health() {
  const t = useStrings().settings.about;
  const [providers, setProviders] = useState(false);
  const doctor = useDoctor(providers);

  function check(withProviders: boolean) {
    if (withProviders === providers) {
      void doctor.refetch();
    } else {
      setProviders(withProviders);
    }
  }

  return (
    <Part
      title={t.health}
      action={
        <div className="flex flex-wrap gap-1">
          <Button
            size="small"
            variant="ghost"
            busy={doctor.isFetching && providers}
            onClick={() => check(true)}
          >
            {t.checkProviders}
          </Button>
          <Button
            size="small"
            variant="ghost"
            busy={doctor.isFetching && !providers}
            onClick={() => check(false)}
          >
            {t.checkAgain}
          </Button>
        </div>
      }
    >
      {doctor.isError ? (
        <LoadProblem error={doctor.error} onRetry={() => void doctor.refetch()} />
      ) : doctor.data === undefined ? (
        <Loading />
      ) : (
        <>
          <p role="status" className="mb-3 text-sm">
            {summary(doctor.data.findings)}{" "}
            <span className="text-muted">{t.checkedAt(shortTime(doctor.data.checked_at))}</span>
          </p>
          <ul className="divide-y rounded-lg border bg-surface">
            {ORDER.flatMap((status) =>
              doctor.data.findings.filter((finding) => finding.status === status),
            ).map((finding) => (
              <FindingLine key={`${finding.name} ${finding.found}`} finding={finding} />
            ))}
          </ul>
        </>
      )}
    </Part>
  );

  function summary(findings: readonly Finding[]): string {
    const missing = findings.filter(({ status }) => status === "missing").length;
    const warnings = findings.filter(({ status }) => status === "warning").length;
    return missing + warnings === 0 ? t.healthy : `${t.notHealthy(missing, warnings)}.`;
  }
}

function FindingLine({ finding }: { finding: Finding }) {
  const t = useStrings().settings.about;
  const { Icon, tone } = LOOK[finding.status];
  return (
    <li className="flex items-start gap-3 px-4 py-2.5 text-sm">
      <Icon
        role="img"
        aria-label={t.status[finding.status]}
        className={classNames("mt-0.5 size-4 shrink-0", tone)}
      />
      <div className="min-w-0 flex-1">
        <p className="font-medium first-letter:uppercase">{finding.name}</p>
        <p className="break-words text-muted">{finding.found}</p>
        {finding.remedy && <p className="mt-0.5 break-words">{finding.remedy}</p>}
      </div>
    </li>
  );
}
