// The name of a request as somebody types it.

/** As it was given out: in capitals, letters that are read as others put right (`means.ts`). */
export function requestId(typed: string): string {
  return typed.trim().toUpperCase().replace(/[IL]/g, '1').replaceAll('O', '0').replaceAll('U', 'V');
}
