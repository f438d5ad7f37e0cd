/** The security page promises nothing that no test holds. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), "utf8");
const page = text("docs/security.md");

interface Invariant {
  readonly number: number;
  readonly tests: readonly { readonly file: string; readonly title: string | undefined }[];
}

const invariants = page
  .split(/^\*\*I(?=\d+\. )/m)
  .slice(1)
  .map((part): Invariant => {
    const tests = [...part.matchAll(/^- `([^`]+)`(?:: (.+))?$/gm)];
    return {
      number: Number.parseInt(part, 10),
      tests: tests.map(([, file = "", title]) => ({ file, title })),
    };
  });

describe("docs/security.md", () => {
  test("numbers its invariants without a gap", () => {
    expect(invariants.map(({ number }) => number)).toEqual(invariants.map((_, index) => index + 1));
    expect(invariants.length).toBeGreaterThanOrEqual(15);
  });

  test.each(invariants)("I$number is held by tests that exist", ({ tests }) => {
    expect(tests).not.toEqual([]);
    for (const { file, title } of tests) {
      expect(existsSync(new URL(file, root)), file).toBe(true);
      const source = text(file);
      expect(source, file).toMatch(file.endsWith(".py") ? /^ *def test_/m : /^ *(?:test|it)\b/m);
      const names = [`"${title}"`, `\`${title}\``, `def ${title}(`];
      expect(title === undefined || names.some((name) => source.includes(name)), `${file}: ${title}`).toBe(true);
    }
  });
});

describe("the source", () => {
  test("no program is started through a shell", () => {
    const files = globSync("src/**/*.ts", { cwd: root });
    expect(files.length).toBeGreaterThan(100);
    const shells = files.filter((file) => /\bshell:|execaCommand|execSync|\bexec\(["'`]/.test(text(file)));
    expect(shells).toEqual([]);
    const harness = globSync("harness/src/**/*.py", { cwd: root });
    expect(harness.filter((file) => /shell=True|os\.system|os\.popen/.test(text(file)))).toEqual([]);
  });

  test("asks the network by clients that know proxies alone", () => {
    const files = globSync("src/**/*.ts", { cwd: root });
    const plain = /(?:^|[^.\w])fetch\(|from "(?:node:)?(?:https?|net|tls|undici)"/m;
    expect(files.filter((file) => plain.test(text(file)))).toEqual([]);
  });

  test("every dependency is pinned exactly", () => {
    const manifest: unknown = JSON.parse(text("package.json"));
    const pinned = [...JSON.stringify(manifest).matchAll(/"((?:@[\w-]+\/)?[\w.-]+)":"([\d~^*<>=x. |-]+)"/g)];
    expect(pinned.length).toBeGreaterThan(20);
    const loose = pinned.filter(([, name, version = ""]) => name !== "node" && !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose.map(([whole]) => whole)).toEqual([]);
  });
});
