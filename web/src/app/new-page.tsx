/** Where a conversation begins; at a first start, where somebody is welcomed. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Composer } from "@/features/composer/composer";
import { NewConversationHeader } from "@/features/conversations/header";
import { Welcome } from "@/features/welcome/welcome";

export function NewPage() {
  const navigate = useNavigate();
  const [workdir, setWorkdir] = useState<string>();
  return (
    <section className="flex min-h-0 flex-1 flex-col">
      <NewConversationHeader workdir={workdir} onWorkdir={setWorkdir} />
      <Welcome
        composer={
          <Composer
            conversationId={null}
            {...(workdir === undefined ? {} : { workdir })}
            onCreated={(conversationId) =>
              void navigate({ to: "/c/$conversationId", params: { conversationId } })
            }
          />
        }
      />
    </section>
  );
}
