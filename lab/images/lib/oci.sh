# shellcheck shell=bash
# Writes layers and OCI image layouts. Same content, same digest: no clock and no order of the file system gets in.

# oci_strip ROOT: takes out what no container reads.
oci_strip() {
  rm -rf "$1"/usr/share/{doc,man,info,lintian,bug,locale,bash-completion,doc-base,menu} "$1"/usr/share/{icons,vim,zsh,fish,apport,initramfs-tools,debianutils} \
    "$1"/usr/lib/systemd "$1"/etc/{init.d,logrotate.d,default,cron.d,ufw,apparmor.d} \
    "$1"/var/lib/{dpkg,systemd} "$1"/usr/lib/*/gconv "$1"/usr/lib/*/perl* "$1"/usr/share/perl*
}

# oci_layer ROOT LAYOUT: adds ROOT as a layer to LAYOUT and prints its digest.
# Not compressed: lab hosts are a memory copy away, and unpacking gzip costs them more than reading it.
oci_layer() {
  local root=$1 layout=$2 digest
  mkdir -p "$layout/blobs/sha256"
  tar --create --file="$layout/layer.tmp" --directory="$root" --sort=name --mtime=@0 --numeric-owner \
    --format=gnu --hard-dereference .
  digest=$(sha256sum "$layout/layer.tmp" | cut -d' ' -f1)
  mv "$layout/layer.tmp" "$layout/blobs/sha256/$digest"
  printf 'sha256:%s\n' "$digest"
}

# oci_blob LAYOUT MEDIA_TYPE: stores standard input and prints its descriptor.
oci_blob() {
  local layout=$1 type=$2 digest
  cat >"$layout/blob.tmp"
  digest=$(sha256sum "$layout/blob.tmp" | cut -d' ' -f1)
  jq -nc --arg type "$type" --arg digest "sha256:$digest" --argjson size "$(stat -c %s "$layout/blob.tmp")" \
    '{mediaType: $type, digest: $digest, size: $size}'
  mv "$layout/blob.tmp" "$layout/blobs/sha256/$digest"
}

# oci_image LAYOUT CONFIG_JSON LAYER_DIGEST...: finishes LAYOUT as one image with these layers, lowest first.
oci_image() {
  local layout=$1 config=$2 digests layers descriptor
  shift 2
  digests=$(printf '%s\n' "$@" | jq -Rnc '[inputs]')
  layers=$(
    for digest in "$@"; do
      jq -nc --arg digest "$digest" --argjson size "$(stat -c %s "$layout/blobs/sha256/${digest#sha256:}")" \
        '{mediaType: "application/vnd.oci.image.layer.v1.tar", digest: $digest, size: $size}'
    done | jq -sc .
  )
  descriptor=$(
    jq -nc --argjson config "$config" --argjson diff_ids "$digests" --arg arch "$(dpkg --print-architecture)" '{
      created: "1970-01-01T00:00:00Z", architecture: $arch, os: "linux", config: $config,
      rootfs: {type: "layers", diff_ids: $diff_ids},
      history: [$diff_ids[] | {created: "1970-01-01T00:00:00Z", created_by: "podwatch lab/images"}]
    }' | oci_blob "$layout" application/vnd.oci.image.config.v1+json
  )
  descriptor=$(
    jq -nc --argjson config "$descriptor" --argjson layers "$layers" '{
      schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: $layers
    }' | oci_blob "$layout" application/vnd.oci.image.manifest.v1+json
  )
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  jq -nc --argjson manifest "$descriptor" \
    '{schemaVersion: 2, manifests: [$manifest + {annotations: {"org.opencontainers.image.ref.name": "image"}}]}' \
    >"$layout/index.json"
}
