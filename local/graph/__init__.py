"""A local Microsoft Graph: the calls this service makes, as strict and as permissive as the real one."""
