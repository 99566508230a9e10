from django.urls import include, path

from suppliers.api import bank as bank_api
from suppliers.api import record as record_api
from suppliers.api import sites as sites_api
from suppliers.api import views as api
from suppliers.portal import account, prices, record
from suppliers.portal import bank as portal_bank
from suppliers.portal import certificates as portal_certificates
from suppliers.portal import contracts as portal_contracts
from suppliers.portal import messages as portal_messages
from suppliers.portal import people as portal_people
from suppliers.web import bank as bank_pages
from suppliers.web import (
    certificate_needs,
    certificates,
    changes,
    contracts,
    duplicates,
    field_rules,
    offers,
    pages,
    people,
    price_lists,
    quality,
    sequences,
    sites,
)
from suppliers.web import messages as message_pages

urlpatterns = [
    path("", include("suppliers.portal.registration_urls")),
    path("", include("suppliers.web.onboarding_urls")),
    path("supplier/contracts/", portal_contracts.contract_list, name="portal_contracts"),
    path("supplier/contracts/<str:number>/", portal_contracts.contract_detail, name="portal_contract"),
    path("", include("suppliers.web.quotation_urls")),
    path("", include("suppliers.portal.urls")),
    path("supplier/prices/", prices.price_list, name="portal_prices"),
    path("supplier/you/", account.account, name="portal_account"),
    path("supplier/you/company/<str:code>/", account.company, name="portal_company"),
    path("supplier/you/devices/<int:device_id>/end/", account.device_end, name="portal_device_end"),
    path("supplier/people/", portal_people.company_people, name="portal_people"),
    path("supplier/people/invite/", portal_people.invite, name="portal_invite"),
    path("supplier/people/<int:person_id>/", portal_people.colleague, name="portal_colleague"),
    path("supplier/people/<int:person_id>/remove/", portal_people.remove, name="portal_colleague_remove"),
    path("supplier/bank/", portal_bank.bank, name="portal_bank"),
    path("supplier/certificates/", portal_certificates.certificates, name="portal_certificates"),
    path(
        "supplier/certificates/<int:certificate_id>/file/",
        portal_certificates.certificate_file,
        name="portal_certificate_file",
    ),
    path(
        "supplier/certificates/<int:certificate_id>/withdraw/",
        portal_certificates.certificate_withdraw,
        name="portal_certificate_withdraw",
    ),
    path("supplier/messages/<int:message_id>/file/", portal_messages.message_file, name="portal_message_file"),
    path("messages/<int:message_id>/file/", message_pages.message_file, name="message_file"),
    path("bank-changes/", bank_pages.bank_changes, name="bank_changes"),
    path("bank-changes/<str:number>/", bank_pages.bank_change, name="bank_change"),
    path("bank-changes/<str:number>/evidence/", bank_pages.bank_evidence, name="bank_evidence"),
    path("bank-changes/<str:number>/do/<slug:verb>/", bank_pages.bank_change_do, name="bank_change_do"),
    path("suppliers/<str:code>/bank/new/", bank_pages.bank_new, name="supplier_bank_new"),
    path("suppliers/", pages.supplier_list, name="suppliers"),
    path("suppliers/certificates/", certificates.certificate_list, name="certificates"),
    path("suppliers/certificates/needs/", certificate_needs.needs, name="certificate_needs"),
    path("suppliers/certificates/kinds/", certificate_needs.kind_new, name="certificate_kind_new"),
    path("suppliers/certificates/needs/<int:need_id>/drop/", certificate_needs.need_drop, name="certificate_need_drop"),
    path("suppliers/fields/", field_rules.supplier_fields, name="supplier_fields"),
    path("suppliers/quality/", quality.quality, name="supplier_quality"),
    path("suppliers/quality/<slug:code>.csv", quality.quality_csv, name="supplier_quality_csv"),
    path("suppliers/duplicates/", duplicates.duplicate_list, name="supplier_duplicates"),
    path("suppliers/duplicates/find/", duplicates.duplicates_find, name="supplier_duplicates_find"),
    path("suppliers/duplicates/<int:proposal_id>/", duplicates.duplicate, name="supplier_duplicate"),
    path(
        "suppliers/duplicates/<int:proposal_id>/do/<slug:verb>/", duplicates.duplicate_do, name="supplier_duplicate_do"
    ),
    path("suppliers/merges/<int:merge_id>/undo/", duplicates.merge_undo, name="supplier_merge_undo"),
    path("suppliers/<str:code>/", pages.supplier_detail, name="supplier"),
    path("supplier/company/", record.record, name="portal_record"),
    path("supplier-changes/", changes.supplier_changes, name="supplier_changes"),
    path("supplier-changes/<str:number>/", changes.supplier_change, name="supplier_change"),
    path("supplier-changes/<str:number>/do/<slug:verb>/", changes.supplier_change_do, name="supplier_change_do"),
    path("suppliers/fields/<slug:field>/do/<slug:verb>/", field_rules.supplier_field_do, name="supplier_field_do"),
    path("suppliers/<str:code>/record/", changes.record_change, name="supplier_record"),
    path("suppliers/<str:code>/locations/new/", sites.site_new, name="supplier_site_new"),
    path("suppliers/<str:code>/locations/<str:site_code>/", sites.site_change, name="supplier_site"),
    path("suppliers/<str:code>/certificates/", certificates.of_supplier, name="supplier_certificates"),
    path(
        "suppliers/<str:code>/certificates/<int:certificate_id>/file/",
        certificates.certificate_file,
        name="certificate_file",
    ),
    path(
        "suppliers/<str:code>/certificates/<int:certificate_id>/do/<slug:verb>/",
        certificates.certificate_do,
        name="certificate_do",
    ),
    path("suppliers/<str:code>/people/new/", people.person_new, name="supplier_person_new"),
    path("suppliers/<str:code>/people/<int:person_id>/", people.person, name="supplier_person"),
    path("suppliers/<str:code>/people/<int:person_id>/do/<slug:verb>/", people.person_do, name="supplier_person_do"),
    path("suppliers/<str:code>/do/<slug:verb>/", pages.supplier_act, name="supplier_act"),
    path("sequences/", sequences.sequence_list, name="sequences"),
    path("sequences/<slug:kind>/<str:code>/", sequences.sequence, name="sequence"),
    path("offers/", offers.offers, name="offers"),
    path("offers/offers.csv", offers.offers_csv, name="offers_csv"),
    path("offers/<int:offer_id>/", offers.offer, name="offer"),
    path("offers/<int:offer_id>/do/<slug:verb>/", offers.offer_do, name="offer_do"),
    path("price-lists/", price_lists.price_lists, name="price_lists"),
    path("price-lists/new/", price_lists.price_list_new, name="price_list_new"),
    path("price-lists/<str:number>/", price_lists.price_list, name="price_list"),
    path("price-lists/<str:number>/columns/", price_lists.price_list_columns, name="price_list_columns"),
    path("price-lists/<str:number>/do/<slug:verb>/", price_lists.price_list_do, name="price_list_do"),
    path("price-lists/<str:number>/changes.csv", price_lists.price_list_report, name="price_list_report"),
    path("price-lists/<str:number>/to-mend.csv", price_lists.price_list_rejects, name="price_list_rejects"),
    path("price-lists/<str:number>/file/", price_lists.price_list_file, name="price_list_file"),
    path("contracts/", contracts.contract_list_page, name="contracts"),
    path("contracts/contracts.csv", contracts.contracts_csv, name="contracts_csv"),
    path("contracts/new/", contracts.contract_new, name="contract_new"),
    path("contracts/<str:number>/", contracts.contract_detail, name="contract"),
    path("contracts/<str:number>/amend/", contracts.contract_amend, name="contract_amend"),
    path("contracts/<str:number>/do/<slug:verb>/", contracts.contract_act, name="contract_act"),
    path("contracts/<str:number>/papers/", contracts.contract_paper_add, name="contract_paper_add"),
    path("contracts/<str:number>/papers/<int:paper_id>/", contracts.contract_paper, name="contract_paper"),
    path("api/v1/suppliers/", api.SupplierList.as_view(), name="api_suppliers"),
    path("api/v1/suppliers/<str:code>/", api.SupplierItem.as_view(), name="api_supplier"),
    path(
        "api/v1/suppliers/<str:code>/bank-changes/", bank_api.BankChangeList.as_view(), name="api_supplier_bank_changes"
    ),
    path("api/v1/suppliers/<str:code>/record/", record_api.RecordDoor.as_view(), name="api_supplier_record"),
    path("api/v1/suppliers/<str:code>/locations/", sites_api.SiteList.as_view(), name="api_supplier_sites"),
    path("api/v1/catalogue/", api.CatalogueList.as_view(), name="api_catalogue"),
    path("api/v1/contracts/", api.ContractList.as_view(), name="api_contracts"),
    path("api/v1/contracts/<str:number>/", api.ContractItem.as_view(), name="api_contract"),
]
