/** Logging in: by password, or by a link or token that somebody pastes; and waiting where too many tries failed. */
import { useEffect, useState } from "react";
import { call, client, Problem } from "@/shared/api/client";

export type LoginWay = "password" | "token";

/** Takes the token out of a pasted link; anything else is a token itself. */
export function tokenOf(pasted: string): string {
  const text = pasted.trim();
  try {
    return new URL(text).searchParams.get("token") ?? text;
  } catch {
    return text;
  }
}

interface Attempt {
  way: LoginWay;
  error: unknown;
}

export function useLogin(onLoggedIn: () => void, waitAtFirst: number) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Attempt>();
  const { seconds, wait } = useCountdown(waitAtFirst);

  async function logIn(way: LoginWay, credential: string): Promise<void> {
    setBusy(true);
    setFailed(undefined);
    const request = client.POST("/api/login", {
      body: way === "password" ? { password: credential } : { token: tokenOf(credential) },
    });
    try {
      await call(request);
      onLoggedIn();
    } catch (error) {
      if (error instanceof Problem && error.status === 429) {
        const { response } = await request;
        wait(Number(response.headers.get("Retry-After")) || 10);
      } else {
        setFailed({ way, error });
      }
    } finally {
      setBusy(false);
    }
  }

  return { busy, failed, seconds, logIn };
}

/** Counts whole seconds down to 0. */
function useCountdown(atFirst: number): { seconds: number; wait: (seconds: number) => void } {
  const [until, setUntil] = useState(() => Date.now() + atFirst * 1000);
  const [now, setNow] = useState(() => Date.now());
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const waiting = seconds > 0;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [waiting]);
  return {
    seconds,
    wait: (count) => {
      setNow(Date.now());
      setUntil(Date.now() + count * 1000);
    },
  };
}
