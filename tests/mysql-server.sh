#!/usr/bin/env bash
# A real MySQL 9 for `./test --mysql`: fetched once from Debian unstable into a folder of its own, run inside it.
#   mysql-server.sh start   starts it on a free port and prints its connection string
#   mysql-server.sh crash   kills it on the spot, as a power cut would, and starts it again on what it has
#   mysql-server.sh stop    stops the one that was started
# Needs root, debootstrap and some 600 MB. ABSENSI_MYSQL_ROOT says where; everything it writes is there.
set -euo pipefail

root=${ABSENSI_MYSQL_ROOT:-/var/tmp/absensi-mysql}
pid_file=$root/srv/mysql.pid
password=rahasia

fetch() {
  [ -x "$root/usr/sbin/mysqld" ] && return
  command -v debootstrap >/dev/null || { echo "debootstrap is missing: apt-get install debootstrap" >&2; exit 1; }
  mkdir -p "$root"
  debootstrap --variant=minbase --include=mysql-server sid "$root" >"$root.log" 2>&1 || { tail -5 "$root.log" >&2; exit 1; }
}

running() { [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }

free_port() { # the kernel's choice would need a program to ask; an unanswered port above the servers' own will do
  local port
  for port in $(shuf -i 33100-33900 -n 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  exit 1
}

run() {
  : >"$root/srv/server.err"
  setsid chroot "$root" /usr/sbin/mysqld --no-defaults --user=root --datadir=/srv/data --socket=/srv/s --pid-file=/srv/mysqld.pid --log-error=/srv/server.err \
    --bind-address=127.0.0.1 --port="$(cat "$root/srv/port")" --mysqlx=OFF --skip-name-resolve --skip-log-bin --max-connections=500 \
    --max-allowed-packet=256M --init-file=/srv/init.sql </dev/null >/dev/null 2>&1 &
  echo $! >"$pid_file"
  for _ in $(seq 300); do
    grep -q 'ready for connections' "$root/srv/server.err" 2>/dev/null && return
    running || break
    sleep 0.1
  done
  tail -5 "$root/srv/server.err" >&2
  exit 1
}

start() {
  fetch
  if ! running; then
    rm -rf "$root/srv"/* && mkdir -p "$root/srv"
    cat >"$root/srv/init.sql" <<SQL
CREATE DATABASE IF NOT EXISTS absensi CHARACTER SET utf8mb4;
CREATE USER IF NOT EXISTS 'absensi'@'%' IDENTIFIED BY '$password';
GRANT ALL ON *.* TO 'absensi'@'%' WITH GRANT OPTION;
SQL
    free_port >"$root/srv/port"
    chroot "$root" /usr/sbin/mysqld --no-defaults --initialize-insecure --user=root --datadir=/srv/data --log-error=/srv/install.err
    run
  fi
  echo "Server=127.0.0.1;Port=$(cat "$root/srv/port");User ID=absensi;Password=$password;Database=absensi"
}

end() {
  local pid
  pid=$(cat "$pid_file")
  kill "-$1" "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  rm -f "$pid_file"
}

crash() {
  running || { echo "no server runs" >&2; exit 1; }
  end KILL
  run
}

stop() {
  ! running || end TERM
}

case ${1:-} in
  start | crash | stop) "$1" ;;
  *) echo "usage: $0 start|crash|stop" >&2; exit 2 ;;
esac
