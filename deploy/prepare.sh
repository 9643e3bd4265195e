# Sourced by deploy/up and deploy/test, in the repository's folder: what both need before they start.

stop_with() {
  echo "$*" >&2
  exit 1
}

need_dotnet() {
  command -v dotnet >/dev/null ||
    stop_with "The .NET SDK is missing: install .NET 10's SDK so that 'dotnet' is on PATH."
  # In a folder with global.json this fails when no SDK satisfies it, and says which are there.
  dotnet --version >/dev/null ||
    stop_with "No installed .NET SDK satisfies global.json: install .NET 10's SDK."
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    stop_with "Node is missing: install Node 20 or later, with npm."
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || stop_with "Node $(node --version) is too old: install Node 20 or later."
}

# folders_from CALLER ARGUMENTS...: sets `arguments`, of which the first two are folders as seen from where the caller is.
folders_from() {
  local caller=$1 argument
  shift
  arguments=()
  for argument in "${@:1:2}"; do
    case $argument in
      -* | /*) arguments+=("$argument") ;;
      *) arguments+=("$caller/$argument") ;;
    esac
  done
  arguments+=("${@:3}")
}

packages=()

# needs_file PATTERN PACKAGE: the Debian package is to be installed when no file matches.
needs_file() {
  compgen -G "$1" >/dev/null || packages+=("$2")
}

install_packages() {
  [ ${#packages[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    stop_with "Missing: ${packages[*]}. This is no Debian, so install them and start again."
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      stop_with "Missing Debian packages: ${packages[*]}. As root: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  echo "Installing ${packages[*]}"
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}" ||
    stop_with "apt-get could not install ${packages[*]}: see its lines above."
}

# npm_packages FOLDER...: installs what each folder's lock file names, once per change of the lock file.
npm_packages() {
  local folder
  for folder in "$@"; do
    [ ! "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ] && continue
    echo "npm packages of $folder"
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error ||
      stop_with "npm could not install the packages of $folder: see its lines above."
  done
}

# build PROJECT: Release, incremental. No build servers are left behind.
build() {
  echo "Building (the first time takes minutes)"
  MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 \
    dotnet build "$1" --configuration Release --nologo --verbosity quiet "-clp:ErrorsOnly;NoSummary" \
    -p:UseSharedCompilation=false ||
    stop_with "The build failed: see the errors above."
}
