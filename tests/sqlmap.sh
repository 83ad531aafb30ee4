#!/usr/bin/env bash
# Runs sqlmap against every parameter of a fresh node, as nobody, as an employee, as an admin and with a token. Takes
# a quarter of an hour or more; exits 1 when anything could be injected.
#   tests/sqlmap.sh [LEVEL] [RISK]     (2 and 1 unless given; needs sqlmap, curl, python3 and a built program)
set -euo pipefail
cd "$(dirname "$0")/.."
level=${1:-2} risk=${2:-1}
program=$(ls -t src/Absensi/bin/*/net10.0/absensi.dll | head -1)
work=$(mktemp -d)
trap 'kill "${node:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
export ABSENSI_DATA=$work/data BCRYPT_COST=4
APP_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export APP_PORT
url=http://127.0.0.1:$APP_PORT

for who in admin karyawan; do
  echo "Payung-hujan-sepeda-7" | dotnet "$program" user add --name "Uji $who" --email "$who@absensi.test" --role "$who" --password-stdin >/dev/null
done
dotnet "$program" node >"$work/node.log" 2>&1 &
node=$!
for _ in $(seq 150); do curl -fsS "$url/health/ready" >/dev/null 2>&1 && break; sleep 0.2; done

csrf() { awk '$6 == "XSRF-TOKEN" { print $7 }' "$1"; }
sign_in() { # name: leaves the cookies in $work/name
  curl -fsS -c "$work/$1" -b "$work/$1" "$url/login" -o /dev/null
  curl -fsS -c "$work/$1" -b "$work/$1" -H "X-XSRF-TOKEN: $(csrf "$work/$1")" -d "email=$1@absensi.test" --data-urlencode "password=Payung-hujan-sepeda-7" "$url/login" -o /dev/null
}
cookies() { awk '!/^# / && NF >= 7 { printf "%s%s=%s", sep, $6, $7; sep = "; " }' "$1"; }
touch "$work/nobody" && sign_in admin && sign_in karyawan
curl -fsS -c "$work/nobody" "$url/login" -o /dev/null
token=$(curl -fsS -b "$work/admin" -H "X-XSRF-TOKEN: $(csrf "$work/admin")" -H 'Content-Type: application/json' -d '{"name":"uji","scope":"read:attendance"}' "$url/api/tokens" |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
curl -fsS -b "$work/karyawan" -H "X-XSRF-TOKEN: $(csrf "$work/karyawan")" -H 'Content-Type: application/json' -d '{"latitude":-6.2,"longitude":106.8}' "$url/absensi/masuk" -o /dev/null

failed=0
try() { # what, who, url, further arguments
  local what=$1 who=$2 target=$3
  shift 3
  echo "== $what"
  sqlmap --batch --flush-session --level "$level" --risk "$risk" --threads 4 --technique BEUSQ --dbms SQLite --ignore-code '*' \
    --output-dir "$work/out" --disable-coloring --cookie "$(cookies "$work/$who")" --headers "X-XSRF-TOKEN: $(csrf "$work/$who")\nAccept: application/json" \
    -u "$url$target" "$@" >"$work/sqlmap.log" 2>&1 || true
  if grep -q "is vulnerable\|identified the following injection" "$work/sqlmap.log"; then
    failed=1
    sed -n '/identified the following/,$p' "$work/sqlmap.log"
  else
    grep -E "all tested parameters|CRITICAL|ERROR" "$work/sqlmap.log" | tail -2 | cut -c1-160 || true
  fi
}

form=(--method POST --header "Content-Type: application/x-www-form-urlencoded")
try "login form" nobody /login --data 'email=karyawan@absensi.test&password=x' -p email,password "${form[@]}"
try "events" karyawan '/api/events?after=0&limit=10' -p after,limit
try "history" admin '/riwayat?dari=2025-01-01&sampai=2030-01-01&cari=Uji&status=Hadir' -p dari,sampai,cari,status
try "history, next page" admin '/riwayat?sebelum=2030-01-01.1' -p sebelum
try "history, page before" admin '/riwayat?sesudah=2020-01-01.1' -p sesudah
try "a day" admin '/riwayat/1*'
try "a day by token" nobody '/riwayat/1*' --header "Authorization: Bearer $token"
try "audit" admin '/admin/audit?aksi=logout&sebelum=10' -p aksi,sebelum
try "people" admin '/admin/karyawan?cari=Uji&peran=karyawan&status=aktif' -p cari,peran,status
try "people as a file" admin '/admin/karyawan/export?format=csv&cari=Uji' -p cari,format
try "a person" admin '/admin/karyawan/2*'
try "calendar" admin '/riwayat/kalender?karyawan=2&bulan=2026-11' -p karyawan,bulan
try "tap" karyawan /absensi/pulang --data '{"latitude":-6.2,"longitude":106.8,"accuracy":5}'
try "tap's key" karyawan /absensi/masuk --data '{"latitude":-6.2,"longitude":106.8}' --header 'Idempotency-Key: 7f8b2c1e-0000-4000-8000-000000000000*'
try "token form" admin /admin/token --data 'name=x&scope=nothing&email=a@b.c' -p name,scope,email "${form[@]}"
try "tokens" admin /api/tokens --data '{"name":"x","scope":"nothing","email":"a@b.c"}'
try "profile, one session" karyawan '/profil?handler=End' --data 'id=0000000000000000000000000000000000000000000000000000000000000000' -p id,handler "${form[@]}"
try "password" karyawan /profil/sandi --data 'current=x&password=payung+hujan&again=payung+hujan' -p current,password,again "${form[@]}"
try "session cookie" nobody /riwayat --cookie "absensi_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*"
try "bearer token" nobody /api/events --header "Authorization: Bearer absensi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*"
try "user agent and referrer" nobody /login --header 'User-Agent: x*' --header 'Referer: x*'

faults=$(grep -c "answered 500" "$work/node.log" || true)
echo "Faults in the node's log: $faults"
[ "$failed" = 0 ] && [ "$faults" = 0 ] && echo "Nothing could be injected."
