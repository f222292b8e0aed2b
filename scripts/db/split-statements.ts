/** Skips what begins at `start`; answers with the index after it, or `start` when nothing begins there. */
type Skip = (sql: string, start: number) => number;

function endOf(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

const skipLineComment: Skip = (sql, start) => (sql.startsWith("--", start) ? endOf(sql, "\n", start) : start);

/** Block comments nest in Postgres. */
const skipBlockComment: Skip = (sql, start) => {
  if (!sql.startsWith("/*", start)) return start;
  let depth = 0;
  for (let at = start; at < sql.length; ) {
    if (sql.startsWith("/*", at)) depth++;
    else if (sql.startsWith("*/", at)) depth--;
    else {
      at++;
      continue;
    }
    at += 2;
    if (depth === 0) return at;
  }
  return sql.length;
};

/** 'text', "name" and E'text'; a doubled quote is two runs side by side, which ends at the same place. */
const skipQuoted: Skip = (sql, start) => {
  const quote = sql[start];
  if (quote !== "'" && quote !== '"') return start;
  const hasEscapes = quote === "'" && /(^|[^a-z0-9_$])e$/i.test(sql.slice(Math.max(0, start - 2), start));
  for (let at = start + 1; at < sql.length; at++) {
    if (hasEscapes && sql[at] === "\\") at++;
    else if (sql[at] === quote) return at + 1;
  }
  return sql.length;
};

const skipDollarQuoted: Skip = (sql, start) => {
  if (sql[start] !== "$" || /[a-z0-9_$]/i.test(sql[start - 1] ?? "")) return start;
  const tag = /^\$(?:[a-z_][a-z0-9_]*)?\$/i.exec(sql.slice(start, start + 64))?.[0];
  return tag === undefined ? start : endOf(sql, tag, start + tag.length);
};

const skips = [skipLineComment, skipBlockComment, skipQuoted, skipDollarQuoted];

/**
 * Cuts SQL at the semicolons that end a statement. Each part keeps the comments before it and has neither semicolon nor
 * space around it; parts without a statement are left out.
 */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let begin = 0;
  let hasCode = false;
  const close = (end: number) => {
    if (hasCode) statements.push(sql.slice(begin, end).trim());
    begin = end + 1;
    hasCode = false;
  };
  for (let at = 0; at < sql.length; ) {
    const after = skips.reduce((end, skip) => (end === at ? skip(sql, at) : end), at);
    if (after !== at) {
      hasCode ||= !/^(--|\/\*)/.test(sql.slice(at, at + 2));
      at = after;
      continue;
    }
    if (sql[at] === ";") close(at);
    else hasCode ||= !/\s/.test(sql[at] ?? "");
    at++;
  }
  close(sql.length);
  return statements;
}

/** The statement without the comments before and after its words, in one line. */
export function toOneLine(statement: string): string {
  let text = "";
  for (let at = 0; at < statement.length; ) {
    const after = skipBlockComment(statement, skipLineComment(statement, at));
    if (after !== at) {
      text += " ";
      at = after;
      continue;
    }
    const quoted = skipDollarQuoted(statement, skipQuoted(statement, at));
    const end = quoted === at ? at + 1 : quoted;
    text += statement.slice(at, end);
    at = end;
  }
  return text.replaceAll(/\s+/g, " ").trim();
}
