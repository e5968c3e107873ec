#!/bin/sh
# Puts this tree into a node's /opt/lcow and makes lcow a runtime of its containerd. Run again it changes what differs.
#
#   install.sh HOST-ROOT       the node's root file system; / installs on this host
#   LCOW_RESTART=COMMAND       what restarts containerd there. Default: systemctl restart containerd
set -eu

host=${1:?usage: install.sh HOST-ROOT}
restart=${LCOW_RESTART:-systemctl restart containerd}
here=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)

on_host() {
  chroot "$host" /usr/bin/env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

on_host sh -c 'command -v qemu-system-x86_64' >/dev/null || {
  echo 'the node has no qemu-system-x86_64: apt-get install --no-install-recommends qemu-system-x86' >&2
  exit 1
}

# Under another name first: containers that run go on with the files they have open.
new=$host/opt/.lcow-new
rm -rf "$new"
mkdir -p "$new"
(cd "$here" && tar -cf - package.json LICENSE bin dist/bundle build/guest build/host \
  node_modules/koffi node_modules/@koromix docs/kubernetes/install.sh) |
  tar -xf - --no-same-owner -C "$new"
if ! on_host node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  mkdir -p "$host/usr/local/bin"
  cp "$(command -v node)" "$host/usr/local/bin/.node-new"
  mv "$host/usr/local/bin/.node-new" "$host/usr/local/bin/node"
fi
rm -rf "$host/opt/.lcow-old"
[ ! -e "$host/opt/lcow" ] || mv "$host/opt/lcow" "$host/opt/.lcow-old"
mv "$new" "$host/opt/lcow"
rm -rf "$host/opt/.lcow-old"

before=$(cksum "$host/etc/containerd/config.toml" 2>/dev/null || true)
on_host /opt/lcow/bin/lcow setup containerd
on_host /opt/lcow/bin/lcow version
after=$(cksum "$host/etc/containerd/config.toml")
# Without a change there is nothing to read again, and a restart would disturb the node.
# shellcheck disable=SC2086 -- it is a command with arguments
[ "$before" = "$after" ] || on_host $restart
