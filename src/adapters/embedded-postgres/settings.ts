/** What the server is started with beyond its defaults. */
export interface ServerSettings {
  readonly cluster: string;
  /** Null where the server listens on 127.0.0.1 instead (Windows). */
  readonly socketDirectory: string | null;
  readonly port: number;
  readonly clusterName: string;
}

/** Names the server by its binaries, so that one left behind by another version of the program is told apart. */
export function clusterNameOf(binariesVersion: string): string {
  return `dismantle/${binariesVersion}`;
}

/**
 * The arguments of `postgres`. On the command line rather than in postgresql.conf, so that an upgrade of the program
 * brings its settings along. Sized for two cores and a few gigabytes: memory is taken as it is used.
 */
export function serverArguments(settings: ServerSettings): string[] {
  const values: Record<string, string> = {
    listen_addresses: settings.socketDirectory === null ? '127.0.0.1' : '',
    unix_socket_directories: settings.socketDirectory ?? '',
    unix_socket_permissions: '0700',
    port: String(settings.port),
    max_connections: '50',
    cluster_name: settings.clusterName,
    // The ledger's promise, "committed before it is done", stands on these three. They are the defaults; a line in
    // postgresql.conf must not undo them.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    shared_buffers: '256MB',
    effective_cache_size: '2GB',
    work_mem: '32MB',
    maintenance_work_mem: '256MB',
    // Imports come in bursts: fewer checkpoints in the midst of one, and smaller images of pages (the binaries know pglz only).
    max_wal_size: '4GB',
    min_wal_size: '256MB',
    checkpoint_timeout: '15min',
    wal_compression: 'pglz',
    random_page_cost: '1.1',
    // Plans are kept (connect.ts): what they were made by must not be older than the tables by much.
    autovacuum_naptime: '5s',
    jit: 'off',
    timezone: 'UTC',
    // The keeper gives the server a file as standard error, and keeps it short.
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    // Statements and failing rows may carry personal data, which has no place in a log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    lc_messages: 'C',
  };
  return ['-D', settings.cluster, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
