"""What each code of the checks means and how to mend it: for operators, in English, with nothing of a person in it.

``docs/doctor.md`` tells the same at length; a test holds the two together.
"""

from typing import Final

from shared.domain.health import HealthCode

MEANS: Final = {
    HealthCode.SETTINGS_INCOMPLETE: "The settings of this role are not complete, or one of them makes no sense.",
    HealthCode.STORAGE_REFUSED: "The identity lacks a role on this table, queue or container.",
    HealthCode.STORAGE_MISSING: "The table, queue or container is not there.",
    HealthCode.STORAGE_SILENT: "The storage account gives no usable answer.",
    HealthCode.POISON_WAITING: "Messages wait in a poison queue: the handler has not taken them yet.",
    HealthCode.POISON_PARKED: "Messages that the platform gave up on are kept until an operator sends them again.",
    HealthCode.GRAPH_REFUSED: "Microsoft Graph says 403: the worker's identity lacks this app role.",
    HealthCode.GRAPH_SILENT: "Microsoft Graph gives no usable answer.",
    HealthCode.PASS_POLICY_OFF: "The tenant's policy does not allow Temporary Access Passes: none can be made.",
    HealthCode.MAIL_REFUSED: "The mail service refuses the worker's identity: no mail goes out, so no pass is given.",
    HealthCode.MAIL_SILENT: "The mail service gives no usable answer.",
    HealthCode.SIGN_IN_REFUSED: "Entra does not take web's identity for this registration: nobody can sign in as what it is for.",
    HealthCode.SIGN_IN_SILENT: "The platform gives no token of web's identity, or Entra gives no usable answer.",
    HealthCode.CALENDAR_CLOSED: "By the business hours, holidays and closures the desk does not open within a month.",
    HealthCode.HOLIDAYS_UNKNOWN: "No national holiday is known for the coming year.",
    HealthCode.CLOSURES_PAST: "The last dated closure has passed: those of the coming year are not entered.",
    HealthCode.KEY_OLD: "This key has signed for 200 days or more.",
    HealthCode.BACKUP_OLD: "No export of the tables was brought to its end for twice BACKUP_HOURS.",
    HealthCode.CLOCK_SKEWED: "This machine's clock and that of storage differ by more than a minute.",
    HealthCode.CHECK_BROKEN: "The check did not come to an end, so nothing is known.",
    HealthCode.WORKER_SILENT: "The worker's heart has not beaten for five minutes: nothing is worked on.",
    HealthCode.REPORT_MISSING: "The worker has never reported on its environment, or its report cannot be read.",
    HealthCode.REPORT_OLD: "The worker's last report is older than 25 minutes.",
}

MEND: Final = {
    HealthCode.SETTINGS_INCOMPLETE: "Set what is named (docs/settings.md) and restart the app.",
    HealthCode.STORAGE_REFUSED: "Assign the roles of the templates again (azd provision); they take up to ten minutes.",
    HealthCode.STORAGE_MISSING: "Deploy the templates again (azd provision): they create what is missing, and touch no row.",
    HealthCode.STORAGE_SILENT: "See whether the account is there and reachable from the app; it tries again by itself.",
    HealthCode.POISON_WAITING: "See whether the worker runs; if it does and they stay, read the errors of its poison handler.",
    HealthCode.POISON_PARKED: "Open the console, read the cases under “needs attention”, and retry the message.",
    HealthCode.GRAPH_REFUSED: "Grant this app role to the worker's identity, with an administrator's consent.",
    HealthCode.GRAPH_SILENT: "See the Microsoft 365 service health; cases wait and go on by themselves.",
    HealthCode.PASS_POLICY_OFF: "Turn the method Temporary Access Pass on in Entra, for the groups that may use this service.",
    HealthCode.MAIL_REFUSED: "Assign the worker's identity its role on the Communication Services resource.",
    HealthCode.MAIL_SILENT: "See whether MAIL_ENDPOINT is right and the resource is there; mails wait and go out by themselves.",
    HealthCode.SIGN_IN_REFUSED: "Put the object id of web's identity into the plan (web_identity), run python3 -m infra.entra.",
    HealthCode.SIGN_IN_SILENT: "See whether the app has its identity and IDENTITY_CLIENT_ID is right; then Entra's health.",
    HealthCode.CALENDAR_CLOSED: "Look at BUSINESS_WEEKDAYS, OPENS_AT, CLOSES_AT, CLOSURES and EXTRA_DAYS.",
    HealthCode.HOLIDAYS_UNKNOWN: "Look at HOLIDAY_COUNTRY, and deploy a newer version of the library.",
    HealthCode.CLOSURES_PAST: "Enter the coming year's closures in CLOSURES.",
    HealthCode.KEY_OLD: (
        "Follow docs/operations.md, 'Changing a key': first as next:KEY, never straight to the end of the list."
    ),
    HealthCode.BACKUP_OLD: (
        "Read the errors of timer_back_up in the worker's log; docs/operations.md, 'Restore from a backup', says what they mean."
    ),
    HealthCode.CLOCK_SKEWED: "Restart the app, which moves it to another machine; on your own, synchronise the clock.",
    HealthCode.CHECK_BROKEN: "Run the doctor again; if it stays, the worker's log has the error under “a check broke”.",
    HealthCode.WORKER_SILENT: "Start the worker; if it runs, its log says why its timer fails.",
    HealthCode.REPORT_MISSING: "Wait ten minutes after a deployment; then look at the worker's log.",
    HealthCode.REPORT_OLD: "Look at the worker's log: its timer fails, or it does not run.",
}
