/** Where the data is and how much there is, and the conversations that were deleted. */
import { useStrings } from "@/shared/i18n";
import { byteSize, count, shortTime } from "@/shared/lib/format";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";
import { DeletedConversations } from "./deleted-conversations";
import { Fact, Facts, Loading, LoadProblem, Part } from "./parts";
import { type HealthReport, useDoctor } from "./queries";

export function DataSection() {
  const t = useStrings().settings.data;
  const doctor = useDoctor(false);
  return (
    <>
      <Part
        title={t.where}
        action={
          <Button size="small" variant="ghost" busy={doctor.isFetching} onClick={() => void doctor.refetch()}>
            {t.measureAgain}
          </Button>
        }
      >
        {doctor.data !== undefined ? (
          <Figures report={doctor.data} />
        ) : doctor.isError ? (
          <LoadProblem error={doctor.error} onRetry={() => void doctor.refetch()} />
        ) : (
          <Loading />
        )}
      </Part>
      <DeletedConversations />
    </>
  );
}

function Figures({ report }: { report: HealthReport }) {
  const t = useStrings().settings.data;
  const { data } = report;
  const places = [
    { name: t.blobs, ...data.blobs },
    { name: t.logs, ...data.logs },
    { name: t.dumps, ...data.dumps },
  ];
  return (
    <>
      <Facts>
        <Fact name={t.directory}>
          <Path path={data.directory} />
        </Fact>
        <Fact name={t.database}>
          {data.database_file === null ? (
            t.databaseServer
          ) : (
            <>
              {data.database_size !== null && <p>{byteSize(data.database_size)}</p>}
              <Path path={data.database_file} />
            </>
          )}
        </Fact>
        {places.map(({ name, directory, files, size }) => (
          <Fact key={name} name={name}>
            <p>
              {byteSize(size)} <span className="text-muted">· {t.files(count(files), files === 1)}</span>
            </p>
            <Path path={directory} />
          </Fact>
        ))}
        <Fact name={t.conversations}>
          {t.conversationCount(count(data.conversations), count(data.deleted_conversations))}
        </Fact>
      </Facts>
      <p className="mt-2 px-4 text-muted text-xs">{t.measuredAt(shortTime(report.checked_at))}</p>
    </>
  );
}

function Path({ path }: { path: string }) {
  const t = useStrings().settings.data;
  return (
    <span className="flex items-center gap-1">
      <code className="min-w-0 break-all py-1 font-mono text-muted text-xs">{path}</code>
      <CopyButton text={path} label={t.copyPath} />
    </span>
  );
}
