"""Sets up Microsoft Entra ID for the service: registrations, roles, groups, policies; see docs/deploy.md.

Standard library only, so that it runs in Azure Cloud Shell from an unpacked source tree, without a virtual environment.
"""
