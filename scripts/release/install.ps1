# Installs postback for this machine out of a release: checks the archive against SHA256SUMS, then
# unpacks it. Usage: install.ps1 [-From URL|FOLDER] [-Prefix FOLDER]
param(
  [string]$From = $PSScriptRoot,
  [string]$Prefix = (Join-Path $env:LOCALAPPDATA 'Programs')
)
$ErrorActionPreference = 'Stop'
$version = '@VERSION@'
$arch = if ($env:PROCESSOR_ARCHITECTURE -eq 'ARM64') { 'arm64' } else { 'x64' }
$archive = "postback-$version-win-$arch.tar.gz"
$work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid().ToString())
New-Item -ItemType Directory -Path $work | Out-Null
try {
  foreach ($name in 'SHA256SUMS', $archive) {
    $target = Join-Path $work $name
    if ($From -like 'https://*') { Invoke-WebRequest -UseBasicParsing "$From/$name" -OutFile $target }
    elseif ($From -like 'http://*') { throw "Only https is used: $From" }
    else { Copy-Item (Join-Path $From $name) $target }
  }
  $expected = Get-Content (Join-Path $work 'SHA256SUMS') |
    Where-Object { $_ -match "^([0-9a-f]{64})  $([regex]::Escape($archive))$" } |
    ForEach-Object { $_.Substring(0, 64) }
  $actual = (Get-FileHash -Algorithm SHA256 (Join-Path $work $archive)).Hash.ToLower()
  if ($expected -ne $actual) {
    throw "The checksum of $archive does not match SHA256SUMS. Nothing was installed."
  }
  tar -xzf (Join-Path $work $archive) -C $work
  $home_ = Join-Path $Prefix 'postback'
  if (Test-Path $home_) { Remove-Item -Recurse -Force $home_ }
  New-Item -ItemType Directory -Force -Path $Prefix | Out-Null
  Move-Item (Join-Path $work 'postback') $home_
  & (Join-Path $home_ 'bin\postback.cmd') --version
  Write-Host "Add $(Join-Path $home_ 'bin') to your PATH."
}
finally { Remove-Item -Recurse -Force $work }
