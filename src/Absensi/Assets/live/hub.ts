import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import type { AttendanceEvent, Presence, Server } from './events';

export type Hub = {
  subscribe(after: number): Promise<void>;
  stop(): Promise<void>;
  closed: Promise<void>;
};

type Received = {
  event(event: AttendanceEvent): void;
  presence(presence: Presence): void;
  servers(servers: Server[]): void;
};

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
  await connection.start();
  return { subscribe: (after) => connection.invoke('Subscribe', after), stop: () => connection.stop(), closed };
}
