/** What the server says of providers, by the names of its document. */
import type { components } from "@/shared/api/schema";

type Schemas = components["schemas"];

export type Provider = Schemas["ProviderView"];
export type ProviderInput = Schemas["ProviderInput"];
export type ModelEntry = Schemas["ModelEntry"];
export type Model = Schemas["ModelView"];
export type Format = Provider["format"];
export type ConnectionTest = Schemas["ConnectionTest"];
export type Failure = Schemas["Failure"];
export type Offer = Schemas["Offer"];
export type Accepted = Schemas["Accepted"];
export type Settings = Schemas["Settings"];
export type SettingsPatch = Schemas["SettingsPatch"];

/** The provider id of the model that comes with Flowent; it is not in the list of providers. */
export const EMBEDDED = "embedded";
