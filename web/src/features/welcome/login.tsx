/** The login. Whoever comes here without a password is told how to get a link: there is always a way on. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Problem } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { Button } from "@/shared/ui/button";
import { CopyButton } from "@/shared/ui/copy-button";
import { Banner, problemSentence } from "@/shared/ui/feedback";
import { Field, INPUT, INPUT_HEIGHT } from "@/shared/ui/field";
import { Logo } from "@/shared/ui/logo";
import { type LoginWay, useLogin } from "./use-login";

export interface LoginProps {
  onLoggedIn: () => void;
}

/** Why the server sent somebody here, out of the address. */
function refusal(): { kind: "link" | "wait" | null; seconds: number } {
  const search = new URLSearchParams(location.search);
  const refused = search.get("refused");
  // Parameters that are passed on by the page's router are written as JSON.
  const seconds = Number((search.get("retry_after") ?? "").replace(/"/g, ""));
  if (refused === "too_many_attempts") {
    return { kind: "wait", seconds: Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), 3_600) : 0 };
  }
  return { kind: refused === "link" ? "link" : null, seconds: 0 };
}

export function Login({ onLoggedIn }: LoginProps) {
  const t = useStrings().welcome.login;
  const [refused] = useState(refusal);
  const [way, setWay] = useState<LoginWay>("password");
  const { busy, failed, seconds, logIn } = useLogin(onLoggedIn, refused.seconds);
  const [waited, setWaited] = useState(refused.kind === "wait");
  if (seconds > 0 && !waited) setWaited(true);
  return (
    <main className="flex min-h-dvh flex-col items-center bg-canvas px-5 pt-[max(3rem,14dvh)] pb-10 text-ink">
      <div className="w-full max-w-sm">
        <Logo className="mx-auto size-11 text-accent" />
        <h1 className="mt-4 text-balance text-center font-semibold text-2xl tracking-tight">{t.title}</h1>
        <div className="mt-7 flex flex-col gap-4">
          {refused.kind === "link" && (
            <Banner tone="warning" title={t.refusedLink}>
              {t.refusedLinkText}
            </Banner>
          )}
          {waited && (
            <Banner tone={seconds > 0 ? "warning" : "info"} title={t.tooMany}>
              {seconds > 0 ? t.wait(seconds) : t.tryNow}
            </Banner>
          )}
          <LoginForm
            key={way}
            way={way}
            busy={busy}
            seconds={seconds}
            error={failed?.way === way ? failed.error : undefined}
            onSubmit={(credential) => void logIn(way, credential)}
          />
          <Button variant="ghost" onClick={() => setWay(way === "password" ? "token" : "password")}>
            {way === "password" ? t.withLink : t.withPassword}
          </Button>
        </div>
        <Help />
      </div>
    </main>
  );
}

interface LoginFormProps {
  way: LoginWay;
  busy: boolean;
  seconds: number;
  error: unknown;
  onSubmit: (credential: string) => void;
}

function LoginForm({ way, busy, seconds, error, onSubmit }: LoginFormProps) {
  const t = useStrings().welcome.login;
  const input = useRef<HTMLInputElement>(null);
  const [credential, setCredential] = useState("");
  const [missing, setMissing] = useState(false);
  const password = way === "password";

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    if (error !== undefined) input.current?.select();
  }, [error]);

  function submit(event: FormEvent) {
    event.preventDefault();
    const empty = credential.trim() === "";
    setMissing(empty);
    if (empty) {
      input.current?.focus();
    } else if (seconds === 0 && !busy) {
      onSubmit(credential);
    }
  }

  function wrong(): string | undefined {
    if (missing) return password ? t.passwordMissing : t.linkMissing;
    if (error === undefined) return undefined;
    if (error instanceof Problem && error.status === 401) return password ? t.passwordWrong : t.linkWrong;
    return problemSentence(error);
  }

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label={password ? t.password : t.link}
        hint={password ? t.passwordHint : t.linkHint}
        error={wrong()}
      >
        {(aids) => (
          <input
            {...aids}
            ref={input}
            type={password ? "password" : "text"}
            name={password ? "password" : "token"}
            autoComplete={password ? "current-password" : "off"}
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            maxLength={password ? 1024 : 8192}
            value={credential}
            onChange={(event) => {
              setCredential(event.target.value);
              setMissing(false);
            }}
            className={`${INPUT} ${INPUT_HEIGHT}`}
          />
        )}
      </Field>
      <Button type="submit" variant="primary" busy={busy} aria-disabled={seconds > 0} className="h-9">
        {seconds > 0 ? t.waitShort(seconds) : t.logIn}
      </Button>
    </form>
  );
}

function Help() {
  const t = useStrings().welcome.login;
  return (
    <section className="mt-8 border-t pt-5 text-muted text-sm">
      <h2 className="font-medium text-ink">{t.how}</h2>
      <p className="mt-1.5">{t.howLink}</p>
      <Command text="flowent link" />
      <p className="mt-3">{t.howPassword}</p>
      <Command text="flowent password" />
      <p className="mt-3">{t.howNone}</p>
    </section>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div className="mt-1.5 flex items-center justify-between rounded-md border bg-sunken ps-3 pe-1">
      <code className="py-1.5 font-mono text-ink text-xs">{text}</code>
      <CopyButton text={text} />
    </div>
  );
}
