/** Rows into a table by COPY FROM STDIN, over a connection of the sink's own, held back while the server is slower. */
import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';

/** Characters gathered before they go out: a write a row costs more than the row. */
const CHUNK_CHARS = 65_536;
const SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

export type Cell = string | number | null;

export interface CopySink {
  /** Takes a row, its cells in the order of the columns. False asks to await `drained` before the next. */
  row(cells: readonly Cell[]): boolean;
  drained(): Promise<void>;
  /** Ends the COPY; resolves when the server has taken every row. */
  end(): Promise<void>;
}

function written(cell: Cell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'number') return String(cell);
  return cell.replace(SPECIAL, (sign) => ESCAPED[sign] ?? sign);
}

/** Opens a COPY into `columns` of `table`; foreign keys are not asked (the maker's word is taken for them). */
export async function copyInto(url: string, table: string, columns: readonly string[]): Promise<CopySink> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set session_replication_role = replica; set synchronous_commit = off; set statement_timeout = 0`);
  const stream: CopyStreamQuery = client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
  const failed = new Promise<never>((_, reject) => { stream.once('error', reject); });
  failed.catch(() => undefined);
  let gathered = '';
  let full = false;
  return {
    row(cells) {
      gathered += `${cells.map(written).join('\t')}\n`;
      if (gathered.length < CHUNK_CHARS) return !full;
      full = !stream.write(gathered);
      gathered = '';
      return !full;
    },
    async drained() {
      if (full) await Promise.race([once(stream, 'drain'), failed]);
      full = false;
    },
    async end() {
      stream.end(gathered);
      await Promise.race([once(stream, 'finish'), failed]);
      await client.end();
    },
  };
}
