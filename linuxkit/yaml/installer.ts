/**
 * The PowerShell script that goes with the boot files for Windows: checks every file's digest, then puts them into
 * `%ProgramFiles%\Linux Containers`, where Docker's preview and hcsshim look. Runs beside the files or with the zip.
 */

/** For Windows PowerShell 5.1 and later. Lines end as Windows ends them. */
export const INSTALLER = `#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
Installs the boot files of Linux containers on Windows.
.DESCRIPTION
Checks the files against SHA256SUMS and copies them. Nothing is copied when a file is missing or damaged. Files of the
same name that were there before are kept beside the new ones, with the ending .previous.
.PARAMETER Source
The folder with the files, or the zip. Default: the folder of this script.
.PARAMETER Destination
Where they go. Default: the folder "Linux Containers" of %ProgramFiles%.
.EXAMPLE
.\\install-lcow.ps1 -Source .\\lcow.zip
#>
[CmdletBinding(SupportsShouldProcess)]
param(
  [string] $Source = $PSScriptRoot,
  [string] $Destination = (Join-Path $Env:ProgramFiles 'Linux Containers')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$unpacked = $null
try {
  if (Test-Path -LiteralPath $Source -PathType Leaf) {
    $unpacked = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid().ToString())
    Expand-Archive -LiteralPath $Source -DestinationPath $unpacked
    $Source = $unpacked
  }
  $sums = Join-Path $Source 'SHA256SUMS'
  if (-not (Test-Path -LiteralPath $sums)) { throw "There is no SHA256SUMS in $Source." }

  $names = @()
  foreach ($line in Get-Content -LiteralPath $sums) {
    if ($line -notmatch '^([0-9a-f]{64})  ([A-Za-z0-9._-]+)$') { throw "SHA256SUMS has a line that is none: $line" }
    $expected = $Matches[1]
    $name = $Matches[2]
    $file = Join-Path $Source $name
    if (-not (Test-Path -LiteralPath $file)) { throw "$name is missing in $Source." }
    $actual = (Get-FileHash -LiteralPath $file -Algorithm SHA256).Hash
    if ($actual -ne $expected) { throw "$name is damaged: its SHA-256 is $actual, SHA256SUMS says $expected." }
    $names += $name
  }
  if ($names.Count -eq 0) { throw "SHA256SUMS in $Source is empty." }

  if ($PSCmdlet.ShouldProcess($Destination, "Install $($names.Count) files")) {
    New-Item -ItemType Directory -Path $Destination -Force | Out-Null
    foreach ($name in $names) {
      $to = Join-Path $Destination $name
      $next = "$to.next"
      Copy-Item -LiteralPath (Join-Path $Source $name) -Destination $next -Force
      if (Test-Path -LiteralPath $to) { Move-Item -LiteralPath $to -Destination "$to.previous" -Force }
      Move-Item -LiteralPath $next -Destination $to
    }
    Write-Output "Installed $($names -join ', ') in $Destination."
  }
} finally {
  if ($null -ne $unpacked) { Remove-Item -LiteralPath $unpacked -Recurse -Force -ErrorAction SilentlyContinue }
}
`.replaceAll('\n', '\r\n');
