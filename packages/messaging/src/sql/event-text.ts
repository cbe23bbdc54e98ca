import type { Stream } from '@mo/contracts';

/** SQL for a journal row, by default named `j`, as the text of an event on the wire. */
export const eventText = (stream: Stream, row = 'j'): string => `
  '{"stream":"${stream}","customer_id":' || ${row}.customer_id || ',"version":' || ${row}.version || ',"type":"' || ${row}.type
  || '","data":' || ${row}.data || ',"seen":' || ${row}.seen
  || ',"time":"' || to_char(${row}.time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  || '","traceparent":' || coalesce(to_json(${row}.traceparent)::text, 'null') || '}'`;
