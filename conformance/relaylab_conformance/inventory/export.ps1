<#
.SYNOPSIS
  Exports from Exchange Online and Entra what "relaylab import" reads. It only reads: every cmdlet is a Get.

.DESCRIPTION
  Needs the module ExchangeOnlineManagement and a role that may view recipients and the configuration (View-Only
  Organization Management is enough). The sign-in log needs the module Microsoft.Graph.Reports and an Entra ID P1
  licence; leave it out with -WithoutSignIns. The report SMTP AUTH clients has no cmdlet: download it in the Exchange
  admin center under Reports, Mail flow, SMTP AUTH clients, 90 days, Export, and put it into the same folder.

  Then: relaylab import FOLDER --out world.toml --report-days 90

.PARAMETER Folder
  Where the files go; it is made if it is not there.

.PARAMETER TraceDays
  How many days of message trace to fetch, up to 90; each query covers at most 10.

.PARAMETER WithoutSignIns
  Leave out the sign-in log.
#>
[CmdletBinding()]
param(
    [string]$Folder = "relaylab-exports",
    [ValidateRange(1, 90)][int]$TraceDays = 10,
    [switch]$WithoutSignIns
)

$ErrorActionPreference = "Stop"
New-Item -ItemType Directory -Force -Path $Folder | Out-Null
Connect-ExchangeOnline -ShowBanner:$false

function Save-Json($Name, $Objects) {
    # A list in any case: one object alone would be written without its brackets.
    ConvertTo-Json -InputObject @($Objects) -Depth 5 | Set-Content -Path (Join-Path $Folder $Name) -Encoding utf8
}

function Save-Csv($Name, $Objects) {
    if ($Objects) {
        $Objects | Export-Csv -Path (Join-Path $Folder $Name) -NoTypeInformation -Encoding utf8
    }
}

# The organisation.
Save-Json "organizationconfig.json" (Get-OrganizationConfig | Select-Object Name, RejectDirectSend,
    SendFromAliasEnabled, DefaultAuthenticationPolicy, @{ n = "WhenCreatedUTC"; e = { $_.WhenCreatedUTC.ToString("o") } })
Save-Json "transportconfig.json" (Get-TransportConfig | Select-Object SmtpClientAuthenticationDisabled,
    AllowLegacyTLSClients)
Save-Json "accepteddomain.json" (Get-AcceptedDomain | Select-Object DomainName, DomainType, Default, InitialDomain,
    MatchSubDomains, OutboundOnly, SendingFromDomainDisabled, SendingToDomainDisabled, MailFlowRegion)
Save-Json "inboundconnector.json" (Get-InboundConnector)
Save-Json "authenticationpolicy.json" (Get-AuthenticationPolicy | Select-Object Name, AllowBasicAuthSmtp)

# Who is there. Lists are joined, since Export-Csv would write the name of their type instead.
$Addresses = @{ n = "EmailAddresses"; e = { $_.EmailAddresses -join ";" } }
Save-Csv "casmailbox.csv" (Get-CASMailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    SmtpClientAuthenticationDisabled, $Addresses)
Save-Csv "mailbox.csv" (Get-Mailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress, RecipientLimits,
    MaxSendSize, AccountDisabled, RequireSenderAuthenticationEnabled, $Addresses)
Save-Csv "user.csv" (Get-User -ResultSize Unlimited | Where-Object { $_.AuthenticationPolicy } |
    Select-Object UserPrincipalName, WindowsEmailAddress, AuthenticationPolicy)
Save-Csv "mailcontact.csv" (Get-MailContact -ResultSize Unlimited | Select-Object Name, ExternalEmailAddress,
    RecipientTypeDetails, RequireSenderAuthenticationEnabled, $Addresses)
Save-Csv "distributiongroup.csv" (Get-DistributionGroup -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    GroupType, RequireSenderAuthenticationEnabled,
    @{ n = "Members"; e = { (Get-DistributionGroupMember -Identity $_.Identity -ResultSize Unlimited).PrimarySmtpAddress -join ";" } })
Save-Csv "hve.csv" (Get-MailUser -HVEAccount -ResultSize Unlimited | Select-Object PrimarySmtpAddress,
    UserPrincipalName, RecipientTypeDetails, @{ n = "HVEAccount"; e = { $true } },
    @{ n = "BillingPolicyStatus"; e = { (Get-HVEAccountBillingPolicy -Identity $_.Identity).BillingPolicyStatus } })

# Who wrote to whom. A query gives at most 5000 rows and has no pages: the next begins where the last row ends.
$Rows = [System.Collections.Generic.List[object]]::new()
$Now = (Get-Date).ToUniversalTime()
for ($Day = 0; $Day -lt $TraceDays; $Day += 10) {
    $End = $Now.AddDays(-$Day)
    $Start = $Now.AddDays(-[Math]::Min($Day + 10, $TraceDays))
    $More = @{}
    do {
        $Page = @(Get-MessageTraceV2 -StartDate $Start -EndDate $End -ResultSize 5000 @More)
        foreach ($Row in $Page) { $Rows.Add($Row) }
        if ($Page.Count -eq 5000) {
            $Last = $Page[-1]
            $End = $Last.Received
            $More = @{ StartingRecipientAddress = $Last.RecipientAddress }
            Start-Sleep -Seconds 3 # at most 100 queries in five minutes
        }
    } while ($Page.Count -eq 5000)
}
Save-Csv "messagetrace.csv" ($Rows | Select-Object MessageId, @{ n = "Received"; e = { $_.Received.ToString("o") } },
    SenderAddress, RecipientAddress, Status, FromIP, MessageTraceId)

# Where each of them signs in from.
if (-not $WithoutSignIns) {
    Connect-MgGraph -Scopes "AuditLog.Read.All" -NoWelcome
    Save-Json "signins.json" (Get-MgAuditLogSignIn -All -Filter "clientAppUsed eq 'Authenticated SMTP' or clientAppUsed eq 'SMTP'" |
        Select-Object UserPrincipalName, IPAddress, ClientAppUsed, UserAgent, @{ n = "Status"; e = { @{ errorCode = $_.Status.ErrorCode } } })
}

Write-Output "Done. Put the report SMTP AUTH clients and your zone files into $Folder, then: relaylab import $Folder --out world.toml --report-days 90"
