#!/bin/sh
# The first process of a container: a root of its own over this machine's, then the command. Called in
# new namespaces of mounts, processes and names with: its name, a folder for its root, a file with a
# line for each mount ("bind|ro|tmpfs SOURCE TARGET"), rw or ro, and the command.
set -eu
name=$1 root=$2 mounts=$3 mode=$4
shift 4
echo "$name" > /proc/sys/kernel/hostname
mount -t tmpfs tmpfs "$root"
mkdir "$root/upper" "$root/work" "$root/all"
mount -t overlay overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" "$root/all"
all=$root/all
mount -t proc proc "$all/proc"
mount --rbind /dev "$all/dev"
while read -r kind source target; do
  if [ "$kind" = tmpfs ] || [ -d "$source" ]; then
    mkdir -p "$all$target"
  else
    mkdir -p "$all$(dirname "$target")"
    [ -e "$all$target" ] || : > "$all$target"
  fi
  case $kind in
    tmpfs) mount -t tmpfs -o mode=1777 tmpfs "$all$target" ;;
    bind) mount --bind "$source" "$all$target" ;;
    ro) mount --bind "$source" "$all$target" && mount -o remount,bind,ro "$all$target" ;;
  esac
done < "$mounts"
[ "$mode" = rw ] || mount -o remount,ro "$all"
exec chroot "$all" "$@"
