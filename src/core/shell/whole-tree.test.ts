import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WholeTree } from "./git.ts";
import { wholeTree } from "./whole-tree.ts";

const all = (what: string): WholeTree[] => [{ what }];
const at = (what: string, ...paths: string[]): WholeTree[] => [{ what, paths }];

/** Commands that must be found, and what is said of each. */
const FOUND: [command: string, said: WholeTree[]][] = [
  ["git reset --hard", all("git reset --hard")],
  ["git reset --hard HEAD~3", all("git reset --hard")],
  ["git reset -q --merge", all("git reset --merge")],
  ["git reset --keep origin/main", all("git reset --keep")],
  ["git checkout -- .", at("git checkout", ".")],
  ["git checkout .", at("git checkout", ".")],
  ["git checkout HEAD .", at("git checkout", ".")],
  ["git checkout HEAD -- src/", at("git checkout", "src")],
  ["git checkout -- '*.ts'", at("git checkout", ".")],
  ["git checkout :/", all("git checkout")],
  ["git checkout main", all("git checkout of a branch")],
  ["git checkout -f feature/x", all("git checkout of a branch")],
  ["git checkout -", all("git checkout of a branch")],
  ["git checkout v1.2.3", all("git checkout of a branch")],
  ["git checkout --force", all("git checkout --force")],
  ["git switch main", all("git switch")],
  ["git switch --discard-changes -", all("git switch")],
  ["git restore .", at("git restore", ".")],
  ["git restore --source HEAD~1 src lib/", at("git restore", "src", "lib")],
  ["git restore --staged --worktree .", at("git restore", ".")],
  ["git restore -SW :/", all("git restore")],
  ["git clean -f", at("git clean", ".")],
  ["git clean -xdf", at("git clean", ".")],
  ["git clean --force -d build", at("git clean", "build")],
  ["git stash", all("git stash")],
  ["git stash -u", all("git stash")],
  ["git stash push -m 'my list'", all("git stash")],
  ["git stash push -- src", at("git stash", "src")],
  ["git stash save work", all("git stash")],
  ["git rebase main", all("git rebase")],
  ["git rebase --abort", all("git rebase")],
  ["rm -r build", at("rm -r", "build")],
  ["rm -rf ./src /etc/x", at("rm -r", "src", "/etc/x")],
  ["rm -fR -- -odd", at("rm -r", "-odd")],
  ["rm a --recursive", at("rm -r", "a")],
  ["rm -rf *", at("rm -r", ".")],
  ["rm -rf src/gen-*/x", at("rm -r", "src")],
  ["rm -rf src/{a,b}", at("rm -r", "src")],
  ["rm -rf 'a b'\\ c", at("rm -r", "a b c")],
  ["rm -rf ../other/./x/..", at("rm -r", "../other")],
  // Where it runs.
  ["git -C sub/dir clean -fd", at("git clean", "sub/dir")],
  ["git -C /abs -c core.x=y reset --hard", all("git reset --hard")],
  ["git --no-pager --git-dir .git restore .", at("git restore", ".")],
  ["cd packages/a && rm -rf dist", at("rm -r", "packages/a/dist")],
  ["(cd a; rm -r x); rm -r y", [...at("rm -r", "a/x"), ...at("rm -r", "y")]],
  ['cd "$HOME" && rm -rf x /y', at("rm -r", "/y")],
  ["env -C sub rm -r x", at("rm -r", "sub/x")],
  // What stands around it.
  ["npm test && git reset --hard", all("git reset --hard")],
  ["true; git stash | cat", all("git stash")],
  ["a &\ngit stash", all("git stash")],
  ["A=1 B='x y' git stash", all("git stash")],
  ["sudo -u me -E git stash", all("git stash")],
  ["command git stash", all("git stash")],
  ["env -i A=1 git stash", all("git stash")],
  ["nice -n 5 timeout 10 git stash", all("git stash")],
  ["ls | xargs -n 1 git checkout main --", all("git checkout of a branch")],
  ["/usr/bin/git stash", all("git stash")],
  ["\\git stash", all("git stash")],
  ["g'i't sta\"s\"h", all("git stash")],
  ["git \\\n  stash", all("git stash")],
  ["if true; then git stash; fi", all("git stash")],
  ["for x in 1 2; do rm -rf gen; done", at("rm -r", "gen")],
  ["{ git stash; }", all("git stash")],
  ["! git stash", all("git stash")],
  ['bash -c "git stash"', all("git stash")],
  ["sh -lc 'cd x && rm -r y'", at("rm -r", "x/y")],
  ["bash -c \"bash -c 'git stash'\"", all("git stash")],
  ["eval git stash", all("git stash")],
  ['echo "now $(git stash) done"', all("git stash")],
  ["echo `git stash`", all("git stash")],
  ["diff <(git stash) x", all("git stash")],
  ["git stash > out 2>&1", all("git stash")],
  ["git stash &> out", all("git stash")],
  ["cat <<EOF\nnot git stash\nEOF\ngit reset --hard", all("git reset --hard")],
  ["cat <<-'X' | cat\n\tgit stash\n\tX\ngit rebase x", all("git rebase")],
  ["echo it # git stash\ngit rebase x", all("git rebase")],
  ["git stash; git reset --hard", [...all("git stash"), ...all("git reset --hard")]],
];

/** Commands of which nothing may be said. */
const NOT_FOUND = [
  "",
  "git",
  "git log",
  "git status --short",
  "git diff -- .",
  "git reset",
  "git reset HEAD a.ts",
  "git reset --soft HEAD~1",
  "git checkout",
  "git checkout HEAD",
  "git checkout -b x",
  "git checkout -B x origin/x",
  "git checkout src/a.ts",
  "git checkout -- a.ts b.json",
  "git checkout main -- a.ts",
  "git checkout -- .gitignore",
  "git checkout -p .",
  "git checkout $x",
  "git switch -c x",
  "git restore a.ts",
  "git restore --staged .",
  "git restore -S .",
  "git clean",
  "git clean -nd",
  "git clean -fdn",
  "git clean -fd --dry-run",
  "git stash list",
  "git stash show -p",
  "git stash pop",
  "git stash apply",
  "git stash drop",
  "git rebase --edit-todo",
  "git rebase --help",
  "git commit -m 'git reset --hard'",
  "git grep stash",
  "git branch stash",
  'echo "git reset --hard"',
  "echo git stash",
  "echo 'a; git stash'",
  "# git stash",
  "grep -rn 'rm -rf' .",
  "rm a.ts",
  "rm -f a.ts",
  "rm -rf $x",
  'rm -rf "$TMP/x"',
  "rm -rf ~/x",
  "ls | xargs rm -rf",
  "command -v git stash",
  "gitk stash",
  "alias g='git stash'",
  "cat <<EOF\ngit stash\nEOF",
  "cat <<'EOF' > run.sh\nrm -rf src\nEOF",
  "x() { git stash; }",
  // Not readable: nothing is said.
  "git stash 'open",
  "git stash $(open",
  "cat <<EOF\ngit stash",
  'bash -c "git $verb"',
];

describe("commands that undo everybody's work", () => {
  test.each(FOUND)("%s", (command, said) => expect(wholeTree(command)).toEqual(said));
});

describe("nothing is said of", () => {
  test.each(NOT_FOUND)("%s", (command) => expect(wholeTree(command)).toEqual([]));
});

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** Ways to run a command among others, that change nothing about what it does. */
const AROUND: ((command: string) => string)[] = [
  (command) => `true && ${command}`,
  (command) => `ls -la; ${command}`,
  (command) => `${command} || echo "it's over"`,
  (command) => `(${command})`,
  (command) => `echo 'x;y' | tee z\n${command}`,
  (command) => `if test -d x; then\n  ${command}\nfi`,
  (command) => `echo "$( ${command} )"`,
];
const COVERED: ((command: string) => string)[] = [
  (command) => `A=1 ${command}`,
  (command) => `sudo -n ${command}`,
  (command) => `bash -c ${quoted(command)}`,
];

test("whatever stands around a command, it is found; as a text it is not", () => {
  const plain = FOUND.filter(([command]) => /^(git|rm)\b(?!.*[|&<>\n])/.test(command));
  fc.assert(
    fc.property(
      fc.constantFrom(...plain),
      fc.option(fc.constantFrom(...COVERED)),
      fc.array(fc.constantFrom(...AROUND), { maxLength: 3 }),
      ([command, said], cover, around) => {
        if (cover && command.includes(";")) return;
        const line = around.reduce((inner, wrap) => wrap(inner), cover ? cover(command) : command);
        expect(wholeTree(line)).toEqual(said);
        expect(wholeTree(`echo ${quoted(line)}`)).toEqual([]);
        expect(wholeTree(`cat <<'END'\n${line}\nEND`)).toEqual([]);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("no text makes it fail, nor takes long", () => {
  const piece = fc.constantFrom(..."'\"`$(){}<>|&;\\\n #*~=", "git ", "rm -rf ", "stash", "<<E\n", "bash -c ", "a");
  const began = performance.now();
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      expect(Array.isArray(wholeTree(pieces.join("")))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(wholeTree("(".repeat(50_000) + "git stash")).toEqual(all("git stash"));
  expect(wholeTree("$(".repeat(50_000))).toEqual([]);
  expect(wholeTree(`git stash ${"x".repeat(200_000)}`)).toEqual([]);
  expect(performance.now() - began).toBeLessThan(20_000);
});
