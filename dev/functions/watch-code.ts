import { watch } from "node:fs";

const burstMs = 100;

/** Calls back, once per burst, when code below the folder changes. Returns what ends the watch. */
export function watchCode(folder: string, onChange: () => void, onFault: (error: Error) => void): () => void {
  let timer: NodeJS.Timeout | null = null;
  const watcher = watch(folder, { recursive: true, persistent: false }, (_event, file) => {
    if (file === null || !/\.(ts|js|json)$/.test(file)) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(onChange, burstMs);
  });
  watcher.on("error", onFault);
  return () => {
    if (timer) clearTimeout(timer);
    watcher.close();
  };
}
