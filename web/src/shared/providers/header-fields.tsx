/** Headers that are sent along with every request to a provider. Their values are secrets, like the key. */
import { Plus, Trash2 } from "lucide-react";
import { useRef } from "react";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { SecretField, TextField } from "@/shared/ui/field";
import type { FieldErrors } from "./field-errors";
import { type HeaderDraft, newHeader } from "./provider-draft";

export interface HeaderFieldsProps {
  headers: readonly HeaderDraft[];
  onChange: (headers: readonly HeaderDraft[]) => void;
  errors: FieldErrors;
}

/** Whether a header's name is none that can be sent: the server's answer does not say which one it means. */
function isMisnamed({ name }: HeaderDraft): boolean {
  return !/^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i.test(name.trim());
}

export function HeaderFields({ headers, onChange, errors }: HeaderFieldsProps) {
  const t = useStrings().settings.provider;
  const region = useRef<HTMLFieldSetElement>(null);

  function change(key: string, part: Partial<HeaderDraft>) {
    onChange(headers.map((header) => (header.key === key ? { ...header, ...part } : header)));
  }

  return (
    <fieldset ref={region} className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1 font-medium text-sm">{t.headers}</legend>
      <p className="text-muted text-xs">{t.headersHint}</p>
      {errors.at("headers") && !headers.some(isMisnamed) && (
        <p role="alert" className="text-danger text-xs">
          {errors.at("headers")}
        </p>
      )}
      {headers.map((header) => (
        <div key={header.key} className="flex items-start gap-2">
          <TextField
            label={t.headerName}
            value={header.name}
            onChange={(name) => change(header.key, { name })}
            disabled={header.stored}
            autoFocus={!header.stored && header.name === ""}
            error={isMisnamed(header) ? errors.at("headers") : undefined}
            monospace
            maxLength={128}
            className="flex-1"
          />
          <SecretField
            label={t.headerValue}
            value={header.value}
            onChange={(value) => change(header.key, { value })}
            hasValue={header.stored}
            hint=""
            error={errors.at(`headers.${header.name.trim().toLowerCase()}`)}
            className="flex-1"
          />
          <IconButton
            label={t.removeHeader(header.name)}
            icon={<Trash2 />}
            className="mt-6.5"
            onClick={() => {
              onChange(headers.filter((other) => other.key !== header.key));
              region.current?.querySelector<HTMLElement>("[data-add]")?.focus();
            }}
          />
        </div>
      ))}
      <div>
        <Button size="small" icon={<Plus />} data-add="" onClick={() => onChange([...headers, newHeader()])}>
          {t.addHeader}
        </Button>
      </div>
    </fieldset>
  );
}
