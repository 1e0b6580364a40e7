import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toml, topLevelWord } from "./toml.ts";

describe("values for -c", () => {
  it("are one line whatever the text, and read back as the same text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const written = toml(text);
        expect(written).not.toMatch(/[\n\r\u007f]/);
        expect(JSON.parse(written)).toBe(text.toWellFormed());
      }),
    );
  });

  it("make inline tables with quoted keys: a folder is a key", () => {
    expect(toml({ "/a b/c.d": { trust_level: "trusted", n: 3, on: false, of: ["x", "y"] } })).toBe(
      '{"/a b/c.d"={"trust_level"="trusted","n"=3,"on"=false,"of"=["x","y"]}}',
    );
  });
});

describe("a word of a config.toml", () => {
  const config =
    '# model_provider = "no"\nmodel_provider = \'mine\' # yes\n\n[model_providers.mine]\nmodel_provider = "inner"\ncli_auth_credentials_store = "keyring"\n';
  it("is found at the top level only", () => {
    expect(topLevelWord(config, "model_provider")).toBe("mine");
    expect(topLevelWord(config, "cli_auth_credentials_store")).toBeUndefined();
  });
});
