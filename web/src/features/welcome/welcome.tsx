/** The start page: at a first start the way to something that answers, afterwards a composer and where to begin. */
import { type ReactNode, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { useProviders, useSettings, useSetup } from "@/shared/providers/queries";
import { EMBEDDED } from "@/shared/providers/types";
import { answering } from "@/shared/providers/usable";
import { announce } from "@/shared/ui/announcer";
import { Button } from "@/shared/ui/button";
import { Banner, problemSentence, Spinner } from "@/shared/ui/feedback";
import { FirstStart } from "./first-start";
import { StartPage } from "./start-page";

export interface WelcomeProps {
  composer: ReactNode;
}

export function Welcome({ composer }: WelcomeProps) {
  const t = useStrings();
  const settings = useSettings();
  const providers = useProviders();
  const embedded = settings.data?.provider_id === EMBEDDED;
  // Only the embedded model has to be looked for: it may have been uninstalled.
  const setup = useSetup(embedded);
  const [chosen, setChosen] = useState<string>();
  /** While somebody is still choosing, what answers already does not take the choice away. */
  const [choosing, setChoosing] = useState(false);
  const failure = settings.error ?? providers.error;

  if (settings.data === undefined || providers.data === undefined) {
    if (failure !== null) {
      return (
        <Scroll>
          <Banner
            tone="danger"
            title={t.welcome.settingsUnknown}
            action={
              <Button
                size="small"
                onClick={() => {
                  void settings.refetch();
                  void providers.refetch();
                }}
              >
                {t.common.retry}
              </Button>
            }
          >
            {problemSentence(failure)}
          </Banner>
          <div className="mt-6">{composer}</div>
        </Scroll>
      );
    }
    return (
      <div className="grid min-h-0 flex-1 place-items-center">
        <Spinner label={t.common.loading} />
      </div>
    );
  }

  const answer = answering(settings.data, providers.data.items, setup.data?.offers);
  return (
    <Scroll>
      {answer !== null && !choosing ? (
        <StartPage composer={composer} chosen={chosen} />
      ) : (
        <FirstStart
          settings={settings.data}
          providers={providers.data.items}
          onChoosing={setChoosing}
          onChosen={(model) => {
            announce(t.welcome.answers(model));
            setChosen(model);
            setChoosing(false);
          }}
        />
      )}
    </Scroll>
  );
}

function Scroll({ children }: { children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto flex min-h-full w-full max-w-3xl flex-col px-4 pt-[min(9dvh,5.5rem)] pb-8 sm:px-6">
        {children}
      </div>
    </div>
  );
}
