/** The settings' address. */
import { useParams } from "@tanstack/react-router";
import { SettingsPage } from "@/features/settings/settings-page";

export function SettingsRoute() {
  const { section } = useParams({ from: "/workspace/settings/{-$section}" });
  return <SettingsPage section={section} />;
}
