<#
.SYNOPSIS
  Exports from Exchange Online and Entra what "relaylab import" reads. It changes nothing there: what asks is a Get.

.DESCRIPTION
  Needs the module ExchangeOnlineManagement and a role that may view recipients and the configuration (View-Only
  Organization Management). What the role does not show is named at the end, and the rest is exported all the same.
  The sign-in log needs the module Microsoft.Graph.Beta.Reports (only the beta tells programs and sign-ins without a
  person) and an Entra ID P1 licence; leave it out with -WithoutSignIns. The report SMTP AUTH clients has no cmdlet:
  download it in the Exchange admin center under Reports, Mail flow, SMTP AUTH clients, 90 days, Export, and put it
  into the same folder.

  Then: relaylab import FOLDER --out world.toml --report-days 90

.PARAMETER Folder
  Where the files go; it is made if it is not there. Files of an earlier run are replaced.

.PARAMETER TraceDays
  How many days of message trace to fetch, up to 90; each query covers at most 10.

.PARAMETER WithoutSignIns
  Leave out the sign-in log.

.PARAMETER SignInsOnly
  Export the sign-in log and nothing else.
#>
[CmdletBinding()]
param(
    [string]$Folder = "relaylab-exports",
    [ValidateRange(1, 90)][int]$TraceDays = 10,
    [switch]$WithoutSignIns,
    [switch]$SignInsOnly
)

$ErrorActionPreference = "Stop"
$Folder = (New-Item -ItemType Directory -Force -Path $Folder).FullName
$Failed = [System.Collections.Generic.List[string]]::new()

function Save-Json($Name, [scriptblock]$Query) {
    # An older file must not stand in for a query that fails. One that finds nothing leaves an empty list, not null.
    $Path = Join-Path $Folder $Name
    Remove-Item -Path $Path -ErrorAction Ignore
    try {
        $Objects = @(& $Query)
        ConvertTo-Json -InputObject $Objects -Depth 5 | Set-Content -Path $Path -Encoding utf8
    } catch {
        $Failed.Add("${Name}: $($_.Exception.Message)")
    }
}

function Write-Failures {
    foreach ($One in $Failed) { Write-Warning "not exported: $One" }
}

if ($SignInsOnly) {
    Save-Json "signins.json" {
        # Both scopes: an older copy of Graph's page "List signIns" (beta) asks for the second too, for its check of
        # licences. Without a filter by signInEventTypes only interactive sign-ins come; its form, and that clientAppUsed
        # takes eq, is on the page "signIn resource type" (beta, 2024-11-14); that it stands beside others, with and, or
        # and brackets, Entra's page on token protection shows. Not checked: whether today's module still loses sign-ins
        # without a person, as 2.19.0 did (github.com/microsoftgraph/msgraph-sdk-powershell/issues/2753, closed).
        Connect-MgGraph -Scopes "AuditLog.Read.All", "Directory.Read.All" -NoWelcome | Out-Null
        foreach ($Kind in "interactiveUser", "nonInteractiveUser") {
            Get-MgBetaAuditLogSignIn -All -Filter ("(clientAppUsed eq 'Authenticated SMTP' or clientAppUsed eq 'SMTP') " +
                "and signInEventTypes/any(t: t eq '$Kind')") |
                Select-Object Id, UserPrincipalName, IPAddress, ClientAppUsed, UserAgent,
                    @{ n = "Status"; e = { @{ errorCode = $_.Status.ErrorCode } } }
        }
    }
    Write-Failures
    return
}

Connect-ExchangeOnline -ShowBanner:$false

# The organisation.
Save-Json "organizationconfig.json" { Get-OrganizationConfig | Select-Object Name, RejectDirectSend,
    SendFromAliasEnabled, DefaultAuthenticationPolicy, @{ n = "WhenCreatedUTC"; e = { $_.WhenCreatedUTC.ToString("o") } } }
Save-Json "transportconfig.json" { Get-TransportConfig | Select-Object SmtpClientAuthenticationDisabled,
    AllowLegacyTLSClients }
Save-Json "accepteddomain.json" { Get-AcceptedDomain | Select-Object DomainName, DomainType, Default, InitialDomain,
    MatchSubDomains, OutboundOnly, SendingFromDomainDisabled, SendingToDomainDisabled, MailFlowRegion }
Save-Json "inboundconnector.json" { Get-InboundConnector }
Save-Json "authenticationpolicy.json" { Get-AuthenticationPolicy | Select-Object Name, AllowBasicAuthSmtp }

# Who is there. Lists stay lists, since an X500 address holds every mark that could part them in one cell.
$Addresses = @{ n = "EmailAddresses"; e = { @($_.EmailAddresses | ForEach-Object { "$_" }) } }
Save-Json "casmailbox.json" { Get-CASMailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    SmtpClientAuthenticationDisabled, $Addresses }
Save-Json "mailbox.json" { Get-Mailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    @{ n = "RecipientLimits"; e = { "$($_.RecipientLimits)" } }, @{ n = "MaxSendSize"; e = { "$($_.MaxSendSize)" } },
    AccountDisabled, RequireSenderAuthenticationEnabled, $Addresses }
Save-Json "user.json" { Get-User -ResultSize Unlimited | Where-Object { $_.AuthenticationPolicy } |
    Select-Object UserPrincipalName, WindowsEmailAddress,
        @{ n = "AuthenticationPolicy"; e = { "$($_.AuthenticationPolicy)" } } }
Save-Json "mailcontact.json" { Get-MailContact -ResultSize Unlimited | Select-Object Name, ExternalEmailAddress,
    RecipientTypeDetails, RequireSenderAuthenticationEnabled, $Addresses }
Save-Json "distributiongroup.json" { Get-DistributionGroup -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    GroupType, RequireSenderAuthenticationEnabled,
    @{ n = "Members"; e = { @((Get-DistributionGroupMember -Identity "$($_.PrimarySmtpAddress)" -ResultSize Unlimited).PrimarySmtpAddress) } } }
# Groups are asked for by address: where an Identity names nobody, Get-DynamicDistributionGroupMember gives the members of
# all (its reference page; -Identity, -ResultSize Unlimited). Its list is counted anew every 24 hours.
# Groups of Microsoft 365 and dynamic ones receive like lists, and stand in none of the answers above.
Save-Json "unifiedgroup.json" { Get-UnifiedGroup -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    RequireSenderAuthenticationEnabled,
    @{ n = "Members"; e = { @((Get-UnifiedGroupLinks -Identity "$($_.PrimarySmtpAddress)" -LinkType Members -ResultSize Unlimited).PrimarySmtpAddress) } } }
Save-Json "dynamicdistributiongroup.json" { Get-DynamicDistributionGroup -ResultSize Unlimited |
    Select-Object PrimarySmtpAddress, RequireSenderAuthenticationEnabled,
    @{ n = "Members"; e = { @((Get-DynamicDistributionGroupMember -Identity "$($_.PrimarySmtpAddress)" -ResultSize Unlimited).PrimarySmtpAddress) } } }
Save-Json "mailuser.json" { Get-MailUser -ResultSize Unlimited | Where-Object { $_.ExternalEmailAddress } |
    Select-Object PrimarySmtpAddress, UserPrincipalName, ExternalEmailAddress, RecipientTypeDetails,
        RequireSenderAuthenticationEnabled, @{ n = "HVEAccount"; e = { $false } }, $Addresses }
Save-Json "hve.json" { Get-MailUser -HVEAccount -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    UserPrincipalName, RecipientTypeDetails, @{ n = "HVEAccount"; e = { $true } },
    @{ n = "BillingPolicyStatus"; e = { (Get-HVEAccountBillingPolicy -Identity $_.Identity).BillingPolicyStatus } } }

function Get-Utc([DateTime]$Time) {
    # The trace answers in UTC; a time that does not say so would be shifted by this machine's zone.
    if ($Time.Kind -eq [DateTimeKind]::Local) { return $Time.ToUniversalTime() }
    [DateTime]::SpecifyKind($Time, [DateTimeKind]::Utc)
}

function Get-TracePage($Query) {
    # At most 100 queries are taken in five minutes: one that is refused is asked again when these have passed.
    for ($Try = 1; ; $Try++) {
        try { return @(Get-MessageTraceV2 @Query -ResultSize 5000) }
        catch {
            if ($Try -ge 3) { throw }
            Start-Sleep -Seconds 300
        }
    }
}

# Who wrote to whom. A query gives at most 5000 rows and has no pages: the next begins where the last row ends. Every
# page is saved as it comes, so that what breaks off leaves what there was.
$TraceFile = Join-Path $Folder "messagetrace.csv"
Remove-Item -Path $TraceFile -ErrorAction Ignore
$Now = (Get-Date).ToUniversalTime()
try {
    for ($Day = 0; $Day -lt $TraceDays; $Day += 10) {
        $End = $Now.AddDays(-$Day)
        $More = @{}
        do {
            # The oldest day that may be asked for moves on while the queries run.
            $Start = $Now.AddDays(-[Math]::Min($Day + 10, $TraceDays))
            $Oldest = (Get-Date).ToUniversalTime().AddDays(-90).AddMinutes(10)
            if ($Start -lt $Oldest) { $Start = $Oldest }
            $Page = @(Get-TracePage (@{ StartDate = $Start; EndDate = $End } + $More))
            if ($Page.Count -gt 0) {
                $Page | Select-Object MessageId, @{ n = "Received"; e = { (Get-Utc $_.Received).ToString("o") } },
                    SenderAddress, RecipientAddress, Status, FromIP, MessageTraceId |
                    Export-Csv -Path $TraceFile -NoTypeInformation -Encoding utf8 -Append
            }
            if ($Page.Count -eq 5000) {
                $End = Get-Utc $Page[-1].Received
                $More = @{ StartingRecipientAddress = $Page[-1].RecipientAddress }
                Start-Sleep -Seconds 3
            }
        } while ($Page.Count -eq 5000 -and $Start -lt $End)
    }
} catch {
    $Failed.Add("the rest of messagetrace.csv: $($_.Exception.Message)")
}

# Where each of them signs in from: in a process of its own, since the modules of Exchange and of Graph bring libraries
# that exclude each other (github.com/microsoftgraph/msgraph-sdk-powershell/issues/3394).
if (-not $WithoutSignIns) {
    & (Get-Process -Id $PID).Path -NoProfile -File $PSCommandPath -Folder $Folder -SignInsOnly
}

Write-Failures
Write-Output "Done. Put the report SMTP AUTH clients and your zone files into $Folder, then: relaylab import $Folder --out world.toml --report-days 90"
