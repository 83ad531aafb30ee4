import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { AttendanceEvent, Presence, Server } from './events';

export type Hub = {
  /** @param after the last event that is known. */
  subscribe(after: number): Promise<void>;
  /** The id of the process that serves the connection. */
  node(): Promise<string>;
  stop(): Promise<void>;
  closed: Promise<void>;
};

type Received = {
  event(event: AttendanceEvent): void;
  presence(presence: Presence): void;
  servers(servers: Server[]): void;
};

// Long for a slow phone; a process that is frozen takes connections and says nothing.
const connectWithinMs = 8000;

export async function connect(received: Received): Promise<Hub> {
  const connection = new HubConnectionBuilder()
    .withUrl('/ws', { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .configureLogging(LogLevel.None)
    .build();
  const closed = new Promise<void>((resolve) => connection.onclose(() => resolve()));
  connection.on('AbsensiCreated', received.event);
  connection.on('AbsensiUpdated', received.event);
  connection.on('Presence', received.presence);
  connection.on('ServerStatus', received.servers);
  const impatience = setTimeout(() => void connection.stop(), connectWithinMs);
  await connection.start().finally(() => clearTimeout(impatience));
  return { subscribe: (after) => connection.invoke('Subscribe', after), node: () => connection.invoke('Node'), stop: () => connection.stop(), closed };
}
