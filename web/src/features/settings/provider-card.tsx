/** One provider of the list: what it is, whether it answers, what models it has. */
import { Ellipsis, Pencil, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { useStrings } from "@/shared/i18n";
import { Testing, TestResult } from "@/shared/providers/connection-test";
import { useDeleteProvider, useSettings, useTestProvider } from "@/shared/providers/queries";
import type { Provider } from "@/shared/providers/types";
import { Button, IconButton } from "@/shared/ui/button";
import { ConfirmDialog } from "@/shared/ui/dialog";
import { Disclosure } from "@/shared/ui/disclosure";
import { Badge, ProblemText } from "@/shared/ui/feedback";
import { Menu, MenuItem } from "@/shared/ui/menu";
import { toast } from "@/shared/ui/toast";
import { ModelList } from "./model-list";

export interface ProviderCardProps {
  provider: Provider;
  onEdit: () => void;
  onDeleted: () => void;
}

export function ProviderCard({ provider, onEdit, onDeleted }: ProviderCardProps) {
  const t = useStrings();
  const words = t.settings.providers;
  const settings = useSettings();
  const test = useTestProvider();
  const remove = useDeleteProvider();
  const [deleting, setDeleting] = useState(false);
  const isDefault = settings.data?.provider_id === provider.id;
  const { name } = provider;
  return (
    <article aria-label={name} className="rounded-lg border bg-surface p-4">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <h3 className="flex flex-wrap items-center gap-2 font-medium text-sm">
            <span className="min-w-0 break-words">{name}</span>
            {isDefault && <Badge tone="accent">{words.isDefault}</Badge>}
            {provider.problem && <Badge tone="warning">{words.needsAttention}</Badge>}
          </h3>
          <p className="mt-0.5 break-all font-mono text-muted text-xs">{provider.base_url}</p>
          <p className="mt-0.5 text-muted text-xs">
            {t.settings.provider.formats[provider.format]} · {keyState()}
          </p>
        </div>
        <div className="flex items-center gap-1">
          <Button
            size="small"
            icon={<Zap />}
            busy={test.isPending}
            aria-label={words.testNamed(name)}
            onClick={() => test.mutate({ id: provider.id, model: null })}
          >
            {words.test}
          </Button>
          <Button
            size="small"
            icon={<Pencil />}
            data-edit={provider.id}
            aria-label={words.editNamed(name)}
            onClick={onEdit}
          >
            {words.edit}
          </Button>
          <Menu
            align="end"
            trigger={<IconButton size="small" label={words.more(name)} icon={<Ellipsis />} />}
          >
            <MenuItem icon={<Trash2 />} danger onSelect={() => setDeleting(true)}>
              {words.delete}
            </MenuItem>
          </Menu>
        </div>
      </div>
      {provider.problem && (
        <p className="mt-2 break-words text-sm text-warning">
          {provider.problem.message} <span className="text-ink">{provider.problem.remedy}</span>
        </p>
      )}
      <div className="mt-3 empty:hidden">
        {test.isPending && <Testing name={name} />}
        {test.isError && <ProblemText error={test.error} />}
        {test.data !== undefined && !test.isPending && <TestResult test={test.data} />}
      </div>
      <Disclosure summary={<span className="text-muted text-sm">{words.models}</span>} className="mt-2">
        <ModelList provider={provider} />
      </Disclosure>
      <ConfirmDialog
        open={deleting}
        onClose={() => setDeleting(false)}
        title={words.deleteTitle(name)}
        description={
          <>
            <p>{words.deleteText}</p>
            {isDefault && <p className="mt-2">{words.deleteDefault}</p>}
          </>
        }
        confirmLabel={words.delete}
        danger
        onConfirm={async () => {
          await remove.mutateAsync(provider.id);
          toast({ title: words.deleted(name) });
        }}
        onDone={onDeleted}
      />
    </article>
  );

  function keyState(): string {
    if (!provider.has_key) return words.noKey;
    return provider.key_last4 ? words.keyEnds(provider.key_last4) : words.hasKey;
  }
}
