// Made by `npm run generate` from openapi.json.
export interface paths {
    "/customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listCustomers"];
        put?: never;
        post: operations["createCustomer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCustomer"];
        put?: never;
        post?: never;
        delete: operations["deleteCustomer"];
        options?: never;
        head?: never;
        patch: operations["updateCustomer"];
        trace?: never;
    };
    "/customers/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["searchCustomers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAddresses"];
        put?: never;
        post: operations["createAddress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/addresses/{address_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAddress"];
        put?: never;
        post?: never;
        delete: operations["deleteAddress"];
        options?: never;
        head?: never;
        patch: operations["updateAddress"];
        trace?: never;
    };
    "/customers/{customer_id}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listConsents"];
        put?: never;
        post: operations["recordConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/verification-kyc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getKyc"];
        put?: never;
        post: operations["startKyc"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/verification-kyc/documents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["submitKycDocuments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listVerifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/verifications/{verification_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getVerification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kyc/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listKycReviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kyc/reviews/{review_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getKycReview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kyc/reviews/{review_id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["decideKycReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/kyc/reviews/{review_id}/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getKycDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/programs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listPrograms"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/simulate/kyc-pass": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["simulateKycPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/simulate/kyc-fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["simulateKycFail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/callbacks/kyc/{bond_brand_id}/{program_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["receiveKycCallback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/change-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["createChangeRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/change-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listChangeRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/change-requests/{change_request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getChangeRequest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/change-requests/{change_request_id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["decideChangeRequest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/screening/matches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listScreeningMatches"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/screening/matches/{match_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getScreeningMatch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/screening/matches/{match_id}/proposal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["proposeScreeningDecision"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/screening/matches/{match_id}/decision": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["decideScreeningMatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/screenings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listScreenings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCustomerAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/keys/{identity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listKeyAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAuditCheck"];
        put?: never;
        post: operations["startAuditCheck"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/ssn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["revealSsn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listCustomerHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/account-closed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["closeAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/legal-holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["setLegalHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/legal-holds/{hold_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["releaseLegalHold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedCustomers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getRestrictedCustomer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/erasure-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["requestErasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/erasure-requests/{erasure_id}/approval": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["approveErasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/retention-policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getRetentionPolicy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["changeRetentionPolicy"];
        trace?: never;
    };
    "/customers/{customer_id}/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCustomerRetention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/legal-holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listLegalHolds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/erasure-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listErasureRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/erasure-requests/{erasure_id}/withdrawal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["withdrawErasure"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/verifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedVerifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/verifications/{verification_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getRestrictedVerification"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/verifications/{verification_id}/documents/{document_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getRestrictedDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/change-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedChangeRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedCustomerHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedConsents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/screenings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRestrictedScreenings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restricted-customers/{customer_id}/ssn": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["revealRestrictedSsn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/waiting": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWaiting"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/customers/{customer_id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["exportCustomerFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWebhooks"];
        put?: never;
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/deliveries/{delivery_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{webhook_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/key/{identity}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["verifyKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listKeys"];
        put?: never;
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{identity}/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/keys/{identity}/revocation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listOperators"];
        put?: never;
        post: operations["inviteOperator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operators/{operator_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: operations["updateOperator"];
        trace?: never;
    };
    "/operators/{operator_id}/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resetOperator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listActors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSignInOptions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSession"];
        put?: never;
        post: operations["openSession"];
        delete: operations["closeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/demo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["openDemoSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/confirmation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["confirmSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/passkey-challenges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["createPasskeyChallenge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["openPasskeySession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listPasskeys"];
        put?: never;
        post: operations["addPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/passkeys/{passkey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["removePasskey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/provider-sign-ins": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["beginProviderSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/session/provider": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["openProviderSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            /** Format: uuid */
            operator_id: string;
            email: string;
            name: string;
        };
        AccountClosed: {
            /** Format: uuid */
            customer_id: string;
            /** Format: date */
            closed_on: string;
        };
        AccountClosing: {
            /** Format: date */
            closed_on: string;
        };
        Actor: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "key" | "operator";
            name: string;
        };
        Actors: {
            data: components["schemas"]["Actor"][];
        };
        Address: {
            /** Format: uuid */
            address_id: string;
            /** @enum {string} */
            address_type: "MAILING" | "PHYSICAL";
            street: string;
            street2: string;
            city: string;
            state: string;
            zip_code: string;
            country: string;
            is_primary: boolean;
            /** @enum {string} */
            deliverability?: "deliverable" | "deliverable_unnecessary_unit" | "deliverable_incorrect_unit" | "deliverable_missing_unit" | "undeliverable";
            date_created: string;
        };
        AddressChange: {
            /** @enum {string} */
            address_type?: "MAILING" | "PHYSICAL";
            street?: string;
            street2?: string;
            city?: string;
            state?: string;
            zip_code?: string;
            country?: string;
            is_primary?: boolean;
        };
        ApiKey: {
            /** Format: uuid */
            identity: string;
            name: string;
            scopes: ("customers:read" | "customers:write" | "customers:delete" | "ssn:reveal" | "ssn:search" | "kyc:read" | "kyc:write" | "kyc:review" | "webhooks:read" | "webhooks:write" | "events:read" | "audit:read" | "compliance:read" | "compliance:write" | "keys:read" | "keys:write" | "requests:read")[];
            owner?: string;
            networks?: string[];
            /** Format: uuid */
            created_by?: string;
            /** Format: uuid */
            rotated_by?: string;
            date_created: string;
            date_expires?: string;
            date_revoked?: string;
            date_disabled?: string;
            date_previous_secret_ends?: string;
            date_last_used?: string;
            last_used_from?: string;
        };
        ApiKeyWithSecret: {
            /** Format: uuid */
            identity: string;
            name: string;
            scopes: ("customers:read" | "customers:write" | "customers:delete" | "ssn:reveal" | "ssn:search" | "kyc:read" | "kyc:write" | "kyc:review" | "webhooks:read" | "webhooks:write" | "events:read" | "audit:read" | "compliance:read" | "compliance:write" | "keys:read" | "keys:write" | "requests:read")[];
            owner?: string;
            networks?: string[];
            /** Format: uuid */
            created_by?: string;
            /** Format: uuid */
            rotated_by?: string;
            date_created: string;
            date_expires?: string;
            date_revoked?: string;
            date_disabled?: string;
            date_previous_secret_ends?: string;
            date_last_used?: string;
            last_used_from?: string;
            authorization?: string;
        };
        ApiKeys: {
            data: components["schemas"]["ApiKey"][];
        };
        Applicant: {
            dob: string;
            first_name: string;
            middle_name: string;
            last_name: string;
            ssn?: string;
            identification?: components["schemas"]["MaskedIdentification"];
            phone?: string;
            phone_country_code?: string;
            email?: string;
            addresses: {
                /** @enum {string} */
                address_type: "MAILING" | "PHYSICAL";
                street: string;
                street2: string;
                city: string;
                state: string;
                zip_code: string;
                country: string;
                is_primary: boolean;
            }[];
            ip?: string;
        };
        AuditActor: {
            /** @enum {string} */
            kind: "key" | "operator" | "clientele";
            /** Format: uuid */
            id?: string;
            user?: string;
        };
        AuditCheck: {
            /** @enum {string} */
            state: "waiting" | "running" | "intact" | "broken";
            checked: number;
            of: number;
            broken_at?: number;
            hash?: string;
            key?: string;
            date_requested: string;
            date_finished?: string;
        };
        AuditEntries: {
            data: components["schemas"]["AuditEntry"][];
            next_cursor: string | null;
        };
        AuditEntry: {
            number: number;
            at: string;
            actor: components["schemas"]["AuditActor"];
            request_id?: string;
            operation: string;
            /** Format: uuid */
            customer_id?: string;
            fields?: string[];
            digests?: {
                [key: string]: string;
            };
            has_reason?: boolean;
            hash?: string;
            reason?: string;
            address?: string;
            asked?: {
                ssn?: string;
                email?: string;
                phone?: string;
                name_dob?: string;
            };
            because?: string;
            before?: number;
            /** @enum {string} */
            budget?: "ssn" | "search" | "last_four" | "reveal";
            /** Format: uuid */
            change_id?: string;
            /** Format: uuid */
            change_request_id?: string;
            /** Format: date */
            closed_on?: string;
            /** Format: uuid */
            consent_id?: string;
            count?: number;
            customers?: string[];
            /** @enum {string} */
            decision?: "approve" | "decline";
            /** Format: uuid */
            document_id?: string;
            documents?: ("government_id" | "proof_of_address" | "social_security_card")[];
            /** Format: uuid */
            erasure_id?: string;
            file_sha256?: string;
            /** Format: uuid */
            finding_id?: string;
            from?: number;
            from_time?: string;
            full_ssn?: boolean;
            /** Format: uuid */
            history_id?: string;
            /** Format: uuid */
            hold_id?: string;
            /** Format: uuid */
            key?: string;
            lines?: number;
            made_until?: string;
            migrations?: string[];
            no_reason?: boolean;
            /** Format: uuid */
            operator_id?: string;
            /** @enum {string} */
            outcome?: "found" | "not found" | "equal" | "different" | "duplicate" | "refused";
            overlap_hours?: number;
            /** @enum {string} */
            pass?: "kept" | "ended";
            /** Format: uuid */
            passkey_id?: string;
            /** @enum {string} */
            payload?: "thin" | "full";
            /** Format: uuid */
            program_id?: string;
            proposed_fields?: string[];
            proposed_by?: string;
            provider?: string;
            record_version?: number;
            refused?: boolean;
            replayed?: number;
            /** Format: uuid */
            requested_by?: string;
            retention_policy?: string;
            roles?: string[];
            roles_everywhere?: string[];
            root_version?: number;
            /** Format: uuid */
            run_id?: string;
            run_version?: number;
            /** Format: uuid */
            match_id?: string;
            match_version?: number;
            /** @enum {string} */
            proposed_decision?: "false_positive" | "confirmed";
            /** Format: uuid */
            screening_id?: string;
            scopes?: string[];
            shown?: number;
            /** @enum {string} */
            sign_in?: "password" | "passkey" | "provider" | "link" | "demo" | "refused";
            disabled?: boolean;
            to?: number;
            to_time?: string;
            unproven?: number;
            url?: string;
            /** @enum {string} */
            validation?: "bond" | "wide" | "wide-itin" | "wide-foreign";
            /** @enum {string} */
            verification?: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            version?: number;
            /** Format: uuid */
            webhook_id?: string;
            with_reasons?: boolean;
        };
        BackImage: {
            file_name: string;
            image: string;
        };
        BrandKeyVersion: {
            /** @enum {string} */
            kind: "brand" | "index";
            version: number;
            date_created: string;
        };
        ChangeDecision: {
            /** @enum {string} */
            decision: "approve" | "decline";
            note?: string;
            verified_elsewhere?: string;
        };
        ChangeRequest: {
            /** Format: uuid */
            change_request_id: string;
            /** Format: uuid */
            customer_id: string;
            /** @enum {string} */
            status: "pending" | "approved" | "declined";
            fields: string[];
            /** Format: uuid */
            requested_by: string;
            /** Format: uuid */
            decided_by?: string;
            date_created: string;
            date_decided?: string;
        };
        ChangeRequests: {
            data: components["schemas"]["ChangeRequest"][];
            next_cursor: string | null;
        };
        ChangedAddress: {
            address_id?: string;
            /** @enum {string} */
            address_type: "MAILING" | "PHYSICAL";
            street: string;
            street2?: string;
            city: string;
            state: string;
            zip_code: string;
            country: string;
            is_primary: boolean;
        };
        ChangedIdentification: {
            /** @enum {string} */
            kind: "passport" | "alien_number" | "government_id";
            number: string;
            country: string;
        };
        ChangedPassword: {
            /** @enum {string} */
            ended: "others";
        };
        Confirmation: {
            confirmed_until: string;
        };
        Consent: {
            /** Format: uuid */
            consent_id: string;
            /** Format: uuid */
            customer_id: string;
            /** @enum {string} */
            kind: "consent" | "withdrawal" | "notice";
            document: string;
            version: string;
            digest: string;
            /** @enum {string} */
            channel: "web" | "app" | "phone" | "email" | "paper" | "in_person";
            date_given: string;
            /** Format: uuid */
            recorded_by: string;
            date_recorded: string;
        };
        Consents: {
            data: components["schemas"]["Consent"][];
            next_cursor: string | null;
        };
        Customer: {
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            brand_person_id: string;
            /** Format: uuid */
            bond_brand_id: string;
            date_created: string;
            /** Format: date */
            dob: string;
            first_name: string;
            middle_name: string;
            last_name: string;
            ssn?: string;
            identification?: components["schemas"]["MaskedIdentification"];
            phone?: string;
            phone_country_code?: string;
            email?: string;
            kyc_requests_available: number;
            addresses: components["schemas"]["Address"][];
            /** @enum {string} */
            kyc_status?: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            date_updated: string;
        };
        CustomerChange: {
            /** Format: date */
            dob?: string;
            first_name?: string;
            middle_name?: string;
            last_name?: string;
            ssn?: string;
            identification?: components["schemas"]["ChangedIdentification"];
            phone?: string;
            phone_country_code?: string;
            email?: string;
            addresses?: components["schemas"]["ChangedAddress"][];
        };
        CustomerFile: {
            /** Format: uuid */
            customer_id: string;
            file_name: string;
            media_type: string;
            content: string;
        };
        CustomerHistory: {
            data: components["schemas"]["HistoryItem"][];
            next_cursor: string | null;
        };
        CustomerRetention: {
            /** Format: uuid */
            customer_id: string;
            /** @enum {string} */
            kept_as: "never_verified" | "not_passed" | "identified";
            kept_until?: string;
            /** Format: date */
            closed_on?: string;
            legal_hold: boolean;
        };
        CustomerSearch: {
            email?: string;
            phone?: string;
            phone_country_code?: string;
            ssn?: string;
            identification?: components["schemas"]["SoughtIdentification"];
            /** Format: uuid */
            brand_person_id?: string;
            last_name?: string;
            /** Format: date */
            dob?: string;
            /** @enum {string} */
            kyc_status?: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired" | "none";
            /** @enum {string} */
            deliverability?: "deliverable" | "deliverable_unnecessary_unit" | "deliverable_incorrect_unit" | "deliverable_missing_unit" | "undeliverable";
            created_from?: string;
            created_before?: string;
        };
        Day: {
            /** Format: date */
            day: string;
            count: number;
        };
        Decided: {
            /** Format: uuid */
            review_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
        };
        Decision: {
            /** @enum {string} */
            decision: "approve" | "decline" | "request_documents";
            documents?: ("government_id" | "proof_of_address" | "social_security_card")[];
            checks?: components["schemas"]["IdentityCheck"][];
            discrepancies?: string;
            note?: string;
        };
        DeliverabilityCounts: {
            deliverable: number;
            deliverable_unnecessary_unit: number;
            deliverable_incorrect_unit: number;
            deliverable_missing_unit: number;
            undeliverable: number;
            none: number;
        };
        Deliveries: {
            data: components["schemas"]["Delivery"][];
            next_cursor: string | null;
        };
        Delivery: {
            /** Format: uuid */
            delivery_id: string;
            /** Format: uuid */
            event_id: string;
            number: number;
            event: string;
            /** Format: uuid */
            customer_id?: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "dead";
            next_attempt_at?: string;
            attempts: components["schemas"]["DeliveryAttempt"][];
        };
        DeliveryAttempt: {
            attempted_at: string;
            /** @enum {string} */
            outcome: "delivered" | "rejected" | "redirected" | "gone" | "timeout" | "unresolved" | "unreachable" | "untrusted" | "broken" | "refused";
            status_code?: number;
            latency_ms: number;
            answer?: string;
        };
        DeliveryHeaders: {
            "content-type": string;
            /** Format: uuid */
            "webhook-id": string;
            "webhook-timestamp"?: string;
        };
        DeliveryRequest: {
            url: string;
            headers: components["schemas"]["DeliveryHeaders"];
            body?: string;
        };
        DemoAccount: {
            account: string;
            name: string;
            roles: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
        };
        DocumentFile: {
            /** Format: uuid */
            document_id: string;
            file_name: string;
            media_type: string;
            number?: string;
            content: string;
        };
        DocumentImage: {
            file_name: string;
            image: string;
        };
        EarlierValues: {
            dob?: string | null;
            first_name?: string | null;
            middle_name?: string | null;
            last_name?: string | null;
            ssn?: string | null;
            identification?: components["schemas"]["MaskedIdentification"] | null;
            phone?: string | null;
            phone_country_code?: string | null;
            email?: string | null;
            addresses?: components["schemas"]["Address"][];
        };
        EndedSessions: {
            /** @enum {string} */
            ended: "this" | "others" | "all";
        };
        EntryName: {
            list: string;
            entry_id: string;
        };
        Erased: {
            /** Format: uuid */
            customer_id: string;
            date_erased: string;
            /** @enum {string} */
            erased_because: "never_verified" | "not_passed" | "identified" | "early";
        };
        ErasureReason: {
            reason: string;
        };
        ErasureRequest: {
            /** Format: uuid */
            erasure_id: string;
            /** Format: uuid */
            customer_id: string;
            reason: string;
            /** Format: uuid */
            requested_by: string;
            date_requested: string;
        };
        ErasureRequests: {
            data: components["schemas"]["PendingErasureRequest"][];
            next_cursor: string | null;
        };
        Event: {
            /** Format: uuid */
            event_id: string;
            number: number;
            /** @enum {string} */
            event: "customer.created" | "customer.updated" | "customer.deleted" | "customer.screening.match" | "kyc.verification.success" | "kyc.verification.failure" | "kyc.verification.document_required" | "kyc.verification.under_review" | "kyc.verification.error" | "kyc.verification.timeout" | "security.ssn_probing" | "security.bulk_reveal" | "audit.checkpoint" | "webhook.test" | "webhook.disabled" | "webhook.stopped";
            /** Format: uuid */
            customer_id?: string;
            occurred_at: string;
            fields?: string[];
            /** Format: uuid */
            program_id?: string;
            /** Format: uuid */
            match_id?: string;
            /** Format: uuid */
            key?: string;
            checkpoint?: string;
            /** Format: uuid */
            webhook_id?: string;
        };
        Events: {
            data: components["schemas"]["Event"][];
            next_cursor: string | null;
        };
        FileReason: {
            reason: string;
        };
        Finding: {
            source: string;
            /** Format: uuid */
            found_by?: string;
            state: string;
            checks?: components["schemas"]["IdentityCheck"][];
            reasons?: string[];
            discrepancies?: string;
            date_found: string;
        };
        FullIdentification: {
            /** @enum {string} */
            kind: "passport" | "alien_number" | "government_id";
            number: string;
            country: string;
        };
        FullSsn: {
            /** Format: uuid */
            customer_id: string;
            ssn?: string;
            identification?: components["schemas"]["FullIdentification"];
        };
        GovernmentId: {
            /** @enum {string} */
            type: "drivers_license" | "passport" | "state_id" | "passport_card" | "permanent_resident_card" | "work_permit" | "visa";
            country: string;
            number?: string;
            issuer?: string;
            /** Format: date */
            issued_on?: string;
            /** Format: date */
            expires_on?: string;
            front_image: components["schemas"]["DocumentImage"];
            back_image?: components["schemas"]["BackImage"];
        };
        HistoryItem: {
            /** Format: uuid */
            history_id: string;
            /** Format: uuid */
            customer_id: string;
            version: number;
            date_changed: string;
            fields: ("dob" | "first_name" | "middle_name" | "last_name" | "ssn" | "identification" | "phone" | "phone_country_code" | "email" | "addresses")[];
            earlier: components["schemas"]["EarlierValues"];
        };
        HoldReason: {
            reason: string;
        };
        IdentityCheck: {
            /** @enum {string} */
            method: "document" | "selfie" | "database" | "credit_bureau" | "contact" | "references" | "financial_statement" | "government_list" | "other";
            /** @enum {string} */
            result: "confirmed" | "not_confirmed" | "inconclusive";
            source?: string;
        };
        IdentityProof: {
            password?: string;
            passkey?: components["schemas"]["PasskeyAssertion"];
            provider?: components["schemas"]["ProviderAnswer"];
            /** @constant */
            demo?: true;
        };
        Key: {
            /** Format: uuid */
            identity: string;
            name: string;
            /** Format: uuid */
            bond_brand_id: string;
            brand: string;
            scopes: ("customers:read" | "customers:write" | "customers:delete" | "ssn:reveal" | "ssn:search" | "kyc:read" | "kyc:write" | "kyc:review" | "webhooks:read" | "webhooks:write" | "events:read" | "audit:read" | "compliance:read" | "compliance:write" | "keys:read" | "keys:write" | "requests:read")[];
            /** @enum {string} */
            environment: "sandbox" | "live";
            date_created: string;
            date_expires?: string;
        };
        KeyAccess: {
            /** Format: uuid */
            customer_id: string;
            first_at: string;
            last_at: string;
            count: number;
            access: ("read" | "list" | "search" | "reveal" | "document" | "change")[];
        };
        KeyAccesses: {
            data: components["schemas"]["KeyAccess"][];
            next_cursor: string | null;
        };
        KeyRotation: {
            /** @default 24 */
            overlap_hours: number;
        };
        KycCallback: {
            /** Format: uuid */
            run_id: string;
        };
        KycCounts: {
            submitted: number;
            passed: number;
            failed: number;
            document_required: number;
            under_review: number;
            error: number;
            expired: number;
            none: number;
        };
        KycDocuments: {
            government_id?: components["schemas"]["GovernmentId"];
            proof_of_address?: components["schemas"]["ProofOfAddress"];
            social_security_card?: components["schemas"]["DocumentImage"];
        };
        KycDocumentsSubmitted: {
            /** Format: uuid */
            customer_id: string;
            num_documents_submitted: number;
        };
        KycSimulation: {
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
        };
        KycStart: {
            /** Format: uuid */
            program_id: string;
            ssn?: string;
            phone?: string;
            phone_country_code?: string;
            email?: string;
            ip?: string;
        };
        KycStarted: {
            /** Format: uuid */
            customer_id: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
        };
        LegalHold: {
            /** Format: uuid */
            hold_id: string;
            /** Format: uuid */
            customer_id: string;
            reason: string;
            /** Format: uuid */
            set_by: string;
            date_set: string;
            release_reason?: string;
            /** Format: uuid */
            released_by?: string;
            date_released?: string;
        };
        LegalHolds: {
            data: components["schemas"]["LegalHold"][];
            next_cursor: string | null;
        };
        ListEntry: {
            list: string;
            entry_id: string;
            name: string;
            score: number;
            birth_dates?: string[];
            programs?: string[];
        };
        MaskedIdentification: {
            /** @enum {string} */
            kind: "passport" | "alien_number" | "government_id";
            number: string;
            country: string;
        };
        MatchDecision: {
            /** @enum {string} */
            decision: "approve" | "decline";
            note?: string;
        };
        MatchProposal: {
            /** @enum {string} */
            decision: "false_positive" | "confirmed";
            reason: string;
        };
        NewAddress: {
            /** @enum {string} */
            address_type: "MAILING" | "PHYSICAL";
            street: string;
            street2?: string;
            city: string;
            state: string;
            zip_code: string;
            country: string;
            is_primary: boolean;
        };
        NewApiKey: {
            name: string;
            scopes: ("customers:read" | "customers:write" | "customers:delete" | "ssn:reveal" | "ssn:search" | "kyc:read" | "kyc:write" | "kyc:review" | "webhooks:read" | "webhooks:write" | "events:read" | "audit:read" | "compliance:read" | "compliance:write" | "keys:read" | "keys:write" | "requests:read")[];
            expires_days?: number;
            /** @enum {boolean} */
            no_expiry?: true;
            networks?: string[];
        };
        NewChangeRequest: {
            changes: components["schemas"]["CustomerChange"];
            reason: string;
        };
        NewConsent: {
            /** @enum {string} */
            kind: "consent" | "withdrawal" | "notice";
            document: string;
            version: string;
            digest: string;
            /** @enum {string} */
            channel: "web" | "app" | "phone" | "email" | "paper" | "in_person";
            date_given?: string;
        };
        NewCustomer: {
            /** Format: date */
            dob: string;
            first_name: string;
            middle_name?: string;
            last_name: string;
            ssn?: string;
            identification?: components["schemas"]["NewIdentification"];
            phone?: string;
            phone_country_code?: string;
            email?: string;
            /** Format: uuid */
            brand_person_id?: string;
            addresses: components["schemas"]["NewAddress"][];
        };
        NewIdentification: {
            /** @enum {string} */
            kind: "passport" | "alien_number" | "government_id";
            number: string;
            country: string;
        };
        NewWebhook: {
            url?: string;
            callback_url?: string;
            events: string[];
            description?: string;
            /** @enum {string} */
            status?: "STATUS_ENABLED" | "STATUS_DISABLED";
            /** @enum {string} */
            version?: "0.1";
            /** @enum {string} */
            payload?: "thin" | "full";
        };
        Operator: {
            /** Format: uuid */
            operator_id: string;
            email: string;
            name: string;
            roles: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
            roles_everywhere: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
            by_provider: boolean;
            /** @enum {string} */
            status: "invited" | "active" | "disabled";
            date_created: string;
            date_seen: string | null;
        };
        OperatorWithLink: {
            operator: components["schemas"]["Operator"];
            link: string | null;
            link_expires: string | null;
        };
        Operators: {
            data: components["schemas"]["Operator"][];
        };
        Overview: {
            customers: number;
            created: components["schemas"]["Day"][];
            kyc_status: components["schemas"]["KycCounts"];
            deliverability: components["schemas"]["DeliverabilityCounts"];
            date_counted: string;
        };
        OwnSession: {
            /** Format: uuid */
            session_id: string;
            date_created: string;
            date_seen: string;
            is_current: boolean;
        };
        Passkey: {
            /** Format: uuid */
            passkey_id: string;
            name: string;
            credential_id: string;
            host: string;
            date_created: string;
            date_used: string | null;
        };
        PasskeyAssertion: {
            id: string;
            client_data: string;
            authenticator_data: string;
            signature: string;
        };
        PasskeyAttestation: {
            id: string;
            client_data: string;
            attestation: string;
            transports?: ("ble" | "cable" | "hybrid" | "internal" | "nfc" | "smart-card" | "usb")[];
        };
        PasskeyChallenge: {
            challenge: string;
            host: string;
            origin: string;
            expires: string;
        };
        Passkeys: {
            data: components["schemas"]["Passkey"][];
        };
        PendingErasureRequest: {
            /** Format: uuid */
            erasure_id: string;
            /** Format: uuid */
            customer_id: string;
            reason: string;
            /** Format: uuid */
            requested_by: string;
            date_requested: string;
            legal_hold: boolean;
        };
        Program: {
            /** Format: uuid */
            program_id: string;
            name: string;
            /** @enum {string} */
            provider: "sandbox" | "manual" | "http";
        };
        ProgramSettings: {
            /** Format: uuid */
            program_id: string;
            name: string;
            /** @enum {string} */
            provider: "sandbox" | "manual" | "http";
            url?: string;
            proposed?: components["schemas"]["ProposedProvider"];
            proposal_altered?: boolean;
        };
        ProofOfAddress: {
            /** @enum {string} */
            type: "utility_bill" | "property_tax_bill";
            file_name: string;
            image: string;
        };
        ProposedProvider: {
            /** Format: uuid */
            change_id: string;
            /** @enum {string} */
            provider: "sandbox" | "manual" | "http";
            url?: string;
            proposed_by: string;
            date_proposed: string;
            date_expires: string;
        };
        ProviderAnswer: {
            state: string;
            code?: string;
            iss?: string;
            error?: string;
        };
        ProviderSession: {
            session: components["schemas"]["Session"];
            to: string | null;
        };
        ProviderSignIn: {
            url: string;
            origin: string;
            expires: string;
        };
        ReleaseReason: {
            reason: string;
        };
        Replay: {
            /** Format: uuid */
            event_id?: string;
            /** Format: int64 */
            from_number?: number;
            /** Format: int64 */
            to_number?: number;
            from?: string;
            to?: string;
            /** @enum {boolean} */
            dead?: true;
            cursor?: string;
        };
        ReplayAnswer: {
            /** Format: uuid */
            webhook_id: string;
            replayed: number;
            next_cursor: string | null;
        };
        Request: {
            at: string;
            request_id: string;
            method: string;
            path: string;
            operation: string;
            status: number;
            milliseconds: number;
            actor: components["schemas"]["RequestActor"];
            code?: string;
        };
        RequestActor: {
            /** @enum {string} */
            kind: "key" | "operator";
            /** Format: uuid */
            id?: string;
            user?: string;
        };
        RequestList: {
            data: components["schemas"]["Request"][];
            next_cursor: string | null;
            since: string;
        };
        RestrictedBrief: {
            /** Format: uuid */
            customer_id: string;
            date_deleted: string;
            /** @enum {string} */
            kyc_status?: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            legal_hold: boolean;
            /** @enum {string} */
            kept_as: "never_verified" | "not_passed" | "identified";
            erase_after?: string;
            erasure_requested: boolean;
        };
        RestrictedChangeRequests: {
            data: components["schemas"]["WholeChangeRequest"][];
            next_cursor: string | null;
        };
        RestrictedCustomer: {
            /** Format: uuid */
            customer_id: string;
            date_deleted: string;
            customer?: components["schemas"]["Customer"];
            /** Format: date */
            closed_on?: string;
            /** @enum {string} */
            kept_as?: "never_verified" | "not_passed" | "identified";
            erase_after?: string;
            legal_holds: components["schemas"]["LegalHold"][];
            erasure_requests: components["schemas"]["ErasureRequest"][];
            date_erased?: string;
            /** @enum {string} */
            erased_because?: "never_verified" | "not_passed" | "identified" | "early";
        };
        RestrictedCustomers: {
            data: components["schemas"]["RestrictedBrief"][];
            next_cursor: string | null;
        };
        RestrictedVerification: {
            /** Format: uuid */
            verification_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            program: string;
            provider: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            /** Format: uuid */
            started_by?: string;
            date_started: string;
            date_updated: string;
            documents: components["schemas"]["WantedDocument"][];
            applicant: components["schemas"]["Applicant"];
            files: components["schemas"]["ReviewFile"][];
            decisions: components["schemas"]["ReviewDecision"][];
            findings: components["schemas"]["Finding"][];
        };
        RetentionPolicy: {
            /** Format: int32 */
            never_verified_days: number;
            /** Format: int32 */
            not_passed_months: number;
            /** Format: int32 */
            identity_years: number;
            /** Format: int32 */
            documents_years: number;
        };
        RetentionPolicyChange: {
            /** Format: int32 */
            never_verified_days?: number;
            /** Format: int32 */
            not_passed_months?: number;
            /** Format: int32 */
            identity_years?: number;
            /** Format: int32 */
            documents_years?: number;
        };
        Review: {
            /** Format: uuid */
            review_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            program: string;
            provider: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            under_review_since?: string;
            date_started: string;
            documents: components["schemas"]["WantedDocument"][];
        };
        ReviewDecision: {
            /** @enum {string} */
            decision: "approve" | "decline" | "request_documents";
            documents?: ("government_id" | "proof_of_address" | "social_security_card")[];
            /** Format: uuid */
            decided_by: string;
            note?: string;
            date_decided: string;
        };
        ReviewFile: {
            /** Format: uuid */
            document_id: string;
            /** @enum {string} */
            document_type: "government_id" | "proof_of_address" | "social_security_card";
            type?: string;
            /** @enum {string} */
            side: "front" | "back";
            country?: string;
            number?: string;
            issuer?: string;
            /** Format: date */
            issued_on?: string;
            /** Format: date */
            expires_on?: string;
            file_name: string;
            media_type: string;
            size: number;
            date_submitted: string;
        };
        ReviewInFull: {
            /** Format: uuid */
            review_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            program: string;
            provider: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            under_review_since?: string;
            date_started: string;
            documents: components["schemas"]["WantedDocument"][];
            applicant: components["schemas"]["Applicant"];
            changed_since_start: ("dob" | "first_name" | "middle_name" | "last_name" | "ssn" | "identification" | "phone" | "phone_country_code" | "email" | "addresses")[];
            files: components["schemas"]["ReviewFile"][];
            decisions: components["schemas"]["ReviewDecision"][];
            findings: components["schemas"]["Finding"][];
        };
        Reviews: {
            data: components["schemas"]["Review"][];
            next_cursor: string | null;
        };
        ScreenedPerson: {
            first_name: string;
            middle_name: string;
            last_name: string;
            /** Format: date */
            dob: string;
        };
        Screening: {
            /** Format: uuid */
            screening_id: string;
            /** Format: uuid */
            customer_id: string;
            provider: string;
            person: components["schemas"]["ScreenedPerson"];
            entries: components["schemas"]["EntryName"][];
            first_list_version: string;
            date_first_checked: string;
            list_version: string;
            date_checked: string;
            checks: number;
            matches: components["schemas"]["ScreeningMatchInFull"][];
        };
        ScreeningMatch: {
            /** Format: uuid */
            match_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            screening_id: string;
            /** @enum {string} */
            status: "open" | "proposed" | "false_positive" | "confirmed";
            date_found: string;
            /** @enum {string} */
            proposed_decision?: "false_positive" | "confirmed";
            /** Format: uuid */
            proposed_by?: string;
            date_proposed?: string;
            /** Format: uuid */
            decided_by?: string;
            date_decided?: string;
        };
        ScreeningMatchInFull: {
            /** Format: uuid */
            match_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            screening_id: string;
            /** @enum {string} */
            status: "open" | "proposed" | "false_positive" | "confirmed";
            date_found: string;
            /** @enum {string} */
            proposed_decision?: "false_positive" | "confirmed";
            /** Format: uuid */
            proposed_by?: string;
            date_proposed?: string;
            /** Format: uuid */
            decided_by?: string;
            date_decided?: string;
            person: components["schemas"]["ScreenedPerson"];
            entry: components["schemas"]["ListEntry"];
            list_version: string;
            reason?: string;
            note?: string;
        };
        ScreeningMatches: {
            data: components["schemas"]["ScreeningMatch"][];
            next_cursor: string | null;
        };
        Screenings: {
            data: components["schemas"]["Screening"][];
            next_cursor: string | null;
        };
        SecretRotation: {
            /** @default 24 */
            overlap_hours: number;
        };
        ServiceSettings: {
            version: string;
            /** @enum {string} */
            environment: "sandbox" | "live";
            database_version: string;
            /** @enum {string} */
            address_verifier: "offline" | "lob";
            audit_reads: boolean;
        };
        Session: {
            account: components["schemas"]["Account"];
            /** @enum {string} */
            environment: "sandbox" | "live";
            brands: components["schemas"]["SessionBrand"][];
            with_passkey: boolean;
            by_provider: boolean;
            has_password: boolean;
            passkeys: number;
            passkey_required: boolean;
            confirmed_until: string | null;
            confirm_with: ("passkey" | "password" | "provider" | "demo")[];
            expires: string;
            sessions: components["schemas"]["OwnSession"][];
        };
        SessionBrand: {
            /** Format: uuid */
            bond_brand_id: string;
            name: string;
            slug: string;
            roles: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
            scopes: ("customers:read" | "customers:write" | "customers:delete" | "ssn:reveal" | "ssn:search" | "kyc:read" | "kyc:write" | "kyc:review" | "webhooks:read" | "webhooks:write" | "events:read" | "audit:read" | "compliance:read" | "compliance:write" | "keys:read" | "keys:write" | "requests:read" | "settings:read" | "settings:write" | "operators:read" | "operators:write")[];
        };
        Settings: {
            /** @enum {string} */
            validation: "bond" | "wide" | "wide-itin" | "wide-foreign";
            programs: components["schemas"]["ProgramSettings"][];
            keys: components["schemas"]["BrandKeyVersion"][];
            service: components["schemas"]["ServiceSettings"];
        };
        SignInOptions: {
            /** @enum {string} */
            environment: "sandbox" | "live";
            first_start: boolean;
            provider: string | null;
            demo: components["schemas"]["DemoAccount"][];
        };
        SoughtIdentification: {
            /** @enum {string} */
            kind: "passport" | "alien_number" | "government_id";
            number: string;
            country: string;
        };
        SsnReason: {
            reason: string;
            /** Format: uuid */
            history_id?: string;
        };
        Verification: {
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            bond_brand_id: string;
            /** Format: uuid */
            program_id: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            documents?: components["schemas"]["WantedDocument"][];
            date_updated: string;
        };
        VerificationBrief: {
            /** Format: uuid */
            verification_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            program: string;
            provider: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            /** Format: uuid */
            started_by?: string;
            date_started: string;
            date_updated: string;
            documents: components["schemas"]["WantedDocument"][];
        };
        VerificationRecord: {
            /** Format: uuid */
            verification_id: string;
            /** Format: uuid */
            customer_id: string;
            /** Format: uuid */
            program_id: string;
            program: string;
            provider: string;
            /** @enum {string} */
            kyc_status: "submitted" | "passed" | "failed" | "document_required" | "under_review" | "error" | "expired";
            /** Format: uuid */
            started_by?: string;
            date_started: string;
            date_updated: string;
            documents: components["schemas"]["WantedDocument"][];
            files: components["schemas"]["ReviewFile"][];
            decisions: components["schemas"]["ReviewDecision"][];
            findings: components["schemas"]["Finding"][];
        };
        Verifications: {
            data: components["schemas"]["VerificationBrief"][];
            next_cursor: string | null;
        };
        Waiting: {
            reviews?: number;
            oldest_review?: string;
            matches?: number;
            change_requests?: number;
            erasures?: number;
            webhooks?: number;
            failing_webhooks?: number;
            failing_since?: string;
        };
        WantedChanges: {
            [key: string]: unknown;
        };
        WantedDocument: {
            /** @enum {string} */
            document_type: "government_id" | "proof_of_address" | "social_security_card";
            /** @enum {string} */
            status: "required" | "submitted";
        };
        WebhookAnswer: {
            webhook_subscription: components["schemas"]["WebhookSubscription"];
        };
        WebhookChange: {
            url?: string;
            callback_url?: string;
            events?: string[];
            description?: string;
            /** @enum {string} */
            status?: "STATUS_ENABLED" | "STATUS_DISABLED";
            /** @enum {string} */
            version?: "0.1";
            /** @enum {string} */
            payload?: "thin" | "full";
        };
        WebhookList: {
            webhook_subscriptions: components["schemas"]["WebhookSubscription"][];
        };
        WebhookSubscription: {
            /** Format: uuid */
            id: string;
            url: string;
            description: string;
            events: string[];
            version: string;
            secret: string;
            /** @enum {string} */
            status: "STATUS_ENABLED" | "STATUS_DISABLED";
            created_time: string;
            updated_time: string;
            /** @enum {string} */
            payload: "thin" | "full";
            /** @enum {string} */
            state: "active" | "disabled" | "stopped" | "unverified";
            because?: string;
            /** Format: uuid */
            key?: string;
            previous_secret_until?: string;
            failing_since?: string;
        };
        WebhookTest: {
            /** Format: uuid */
            webhook_id: string;
            event: string;
        };
        WholeChangeRequest: {
            /** Format: uuid */
            change_request_id: string;
            /** Format: uuid */
            customer_id: string;
            /** @enum {string} */
            status: "pending" | "approved" | "declined";
            fields: string[];
            /** Format: uuid */
            requested_by: string;
            /** Format: uuid */
            decided_by?: string;
            date_created: string;
            date_decided?: string;
            changes: components["schemas"]["WantedChanges"];
            reason: string;
            note?: string;
            verified_elsewhere?: string;
        };
        WholeDelivery: {
            /** Format: uuid */
            delivery_id: string;
            /** Format: uuid */
            event_id: string;
            number: number;
            event: string;
            /** Format: uuid */
            customer_id?: string;
            /** @enum {string} */
            status: "pending" | "delivered" | "dead";
            next_attempt_at?: string;
            attempts: components["schemas"]["DeliveryAttempt"][];
            request: components["schemas"]["DeliveryRequest"];
        };
        Error: {
            Message: string | {
                [key: string]: string[];
            };
            Status: number;
            Code: string;
            /** @enum {string} */
            Type: "Request Error" | "Server Error" | "Process Error";
        };
        Problem: {
            /** Format: uri-reference */
            type: string;
            title: string;
            status: number;
            detail: string;
            code: string;
            errors?: {
                field: string;
                detail: string;
            }[];
        };
    };
    responses: {
        auth_err: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        auth_err_or_session_err: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        change_request_decided_or_ssn_dup_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        change_request_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        change_request_needless_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        check_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_deleted: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_dne_or_address_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_dne_or_kyc_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_dne_or_not_found: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        customer_dne_or_ssn_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        document_budget_or_foreign_page_or_scope_err_or_passkey_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        erasure_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        events_gone: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        foreign_page: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        foreign_page_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        foreign_page_or_scope_err_or_passkey_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        foreign_page_or_scope_err_or_passkey_required_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        header_too_large: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        hold_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        idempotency_mismatch: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        key_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        key_dup_or_key_budget_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        key_person_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        key_revoked_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_customer_or_foreign_page_or_scope_err_or_passkey_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_init_fail_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_reinit_fail_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_reinit_fail_or_kyc_init_fail_or_ssn_dup_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        kyc_retries_or_kyc_customer_or_foreign_page_or_scope_err_or_passkey_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        legal_hold_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        link_err_or_foreign_page: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        lookup_budget_or_rate_limited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        lookup_budget_or_rate_limited_or_idempotency_budget: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        no_password_or_foreign_page_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        not_found: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        operator_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        own_account_or_operator_elsewhere_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        passkey_copied_or_foreign_page: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        passkey_copied_or_provider_flow_or_provider_denied_or_provider_answer_or_provider_no_roles_or_foreign_page: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        passkey_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        passkey_dup: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        passkey_required_or_foreign_page_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        payload_too_large: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        precondition_failed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        provider_account_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        provider_clock_or_provider_unreachable_or_provider_refused: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        provider_email_taken: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        provider_flow_or_provider_denied_or_provider_answer_or_provider_no_roles_or_provider_email_or_account_disabled_or_foreign_page: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        provider_unreachable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        rate_limited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        rate_limited_or_idempotency_budget: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        request_timeout: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        reveal_budget_or_rate_limited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        screening_match_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        screening_match_state_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        second_approver_or_foreign_page_or_scope_err_or_passkey_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        second_approver_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        session_err: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        sign_in_err: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        sign_in_err_or_session_err: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        sign_in_limited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        sign_in_limited_or_rate_limited: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        ssn_dup_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        ssn_dup_or_person_id_dup_or_idempotency_key_exists: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unavailable_or_record_altered: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_approve_erasure: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_audit_check: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_change_operator: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_change_retention_policy: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_close_account: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_create_address: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_create_change_request: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_create_customer: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_create_key: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_create_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_decide_change_request: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_decide_kyc_review: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_decide_screening_match: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_delete_address: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_delete_customer: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_delete_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_export_customer_file: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_address: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_change_request: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_customer: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_customer_audit: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_customer_retention: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_delivery: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_kyc: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_kyc_document: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_kyc_review: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_overview: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_restricted: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_restricted_document: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_restricted_verification: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_retention_policy: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_screening_match: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_settings: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_verification: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_waiting: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_get_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_kyc_callback: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_actors: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_addresses: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_audit: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_change_requests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_consents: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_customer_history: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_customers: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_deliveries: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_erasure_requests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_events: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_key_access: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_keys: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_kyc_reviews: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_legal_holds: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_operators: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_programs: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_requests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted_change_requests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted_consents: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted_customer_history: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted_screenings: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_restricted_verifications: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_screening_matches: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_screenings: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_verifications: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_list_webhooks: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_propose_screening_decision: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_record_consent: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_release_legal_hold: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_replay_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_request_erasure: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_reveal_restricted_ssn: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_reveal_ssn: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_revoke_key: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_rotate_key: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_rotate_webhook_secret: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_search_customers: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_session: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_set_legal_hold: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_simulate_kyc: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_start_kyc: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_submit_kyc_documents: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_test_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_update_address: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_update_customer: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_update_webhook: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_verify_key: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unknown_withdraw_erasure: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        unsupported_media_type: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        webhook_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        webhook_dne_or_delivery_dne: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        IdempotencyKey: string;
        IfNoneMatch: string;
        IfMatch: string;
    };
    requestBodies: never;
    headers: {
        "X-Request-Id": string;
        "WWW-Authenticate": string;
        "Retry-After": number;
        "RateLimit-Policy": string;
        RateLimit: string;
        "Idempotent-Replayed": "true";
        ETag: string;
        Link: string;
        "X-Total-Count": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listCustomers: {
        parameters: {
            query?: {
                page?: number;
                per_page?: 1 | 2 | 5 | 10 | 20 | 50;
                order?: "oldest" | "newest";
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    Link: components["headers"]["Link"];
                    "X-Total-Count": components["headers"]["X-Total-Count"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"][];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_customers"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createCustomer: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewCustomer"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["ssn_dup_or_person_id_dup_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["lookup_budget_or_rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_create_customer"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getCustomer: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_customer"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    deleteCustomer: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": "Customer resource deleted";
                    "text/plain": "Customer resource deleted";
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_delete_customer"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    updateCustomer: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["kyc_customer_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["ssn_dup_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["lookup_budget_or_rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_update_customer"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    searchCustomers: {
        parameters: {
            query?: {
                page?: number;
                per_page?: 1 | 2 | 5 | 10 | 20 | 50;
                order?: "oldest" | "newest";
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CustomerSearch"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    Link: components["headers"]["Link"];
                    "X-Total-Count": components["headers"]["X-Total-Count"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Customer"][];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["lookup_budget_or_rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_search_customers"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listAddresses: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Address"][];
                };
            };
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_addresses"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createAddress: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAddress"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Address"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["kyc_customer_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_create_address"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getAddress: {
        parameters: {
            query?: never;
            header?: {
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                customer_id: string;
                address_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Address"];
                };
            };
            304: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_address_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_address"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    deleteAddress: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                customer_id: string;
                address_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": "Address resource deleted";
                    "text/plain": "Address resource deleted";
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["kyc_customer_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_address_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_delete_address"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    updateAddress: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                "If-Match"?: components["parameters"]["IfMatch"];
            };
            path: {
                customer_id: string;
                address_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddressChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Address"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["kyc_customer_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_address_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            412: components["responses"]["precondition_failed"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_update_address"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listConsents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consents"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_consents"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    recordConsent: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewConsent"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consent"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_record_consent"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getKyc: {
        parameters: {
            query?: {
                program_id?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verification"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_kyc"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    startKyc: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KycStart"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KycStarted"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["kyc_retries_or_kyc_customer_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["kyc_reinit_fail_or_kyc_init_fail_or_ssn_dup_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["lookup_budget_or_rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_start_kyc"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    submitKycDocuments: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KycDocuments"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KycDocumentsSubmitted"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["document_budget_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["kyc_init_fail_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_submit_kyc_documents"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listVerifications: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verifications"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_verifications"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getVerification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
                verification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerificationRecord"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_verification"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listKycReviews: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reviews"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_kyc_reviews"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getKycReview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                review_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReviewInFull"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_kyc_review"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    decideKycReview: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                review_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Decision"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["second_approver_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["kyc_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["kyc_init_fail_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_decide_kyc_review"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getKycDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                review_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentFile"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_kyc_document"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listPrograms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Program"][];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_programs"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    simulateKycPass: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KycSimulation"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KycStarted"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["kyc_reinit_fail_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_simulate_kyc"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    simulateKycFail: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KycSimulation"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KycStarted"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["kyc_reinit_fail_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_simulate_kyc"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    receiveKycCallback: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                bond_brand_id: string;
                program_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KycCallback"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": "Callback received";
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_kyc_callback"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createChangeRequest: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewChangeRequest"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeRequest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["change_request_needless_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_create_change_request"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listChangeRequests: {
        parameters: {
            query?: {
                status?: "pending" | "approved" | "declined";
                customer_id?: string;
                order?: "oldest" | "newest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeRequests"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_change_requests"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getChangeRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                change_request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WholeChangeRequest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["change_request_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_change_request"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    decideChangeRequest: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                change_request_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeDecision"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeRequest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["second_approver_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["change_request_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["change_request_decided_or_ssn_dup_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["lookup_budget_or_rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_decide_change_request"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listScreeningMatches: {
        parameters: {
            query?: {
                status?: "waiting" | "open" | "proposed" | "false_positive" | "confirmed";
                customer_id?: string;
                order?: "oldest" | "newest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreeningMatches"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_screening_matches"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getScreeningMatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                match_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreeningMatchInFull"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["screening_match_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_screening_match"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    proposeScreeningDecision: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                match_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchProposal"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreeningMatch"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["screening_match_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["screening_match_state_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_propose_screening_decision"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    decideScreeningMatch: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                match_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MatchDecision"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScreeningMatch"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["second_approver_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["screening_match_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["screening_match_state_or_idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_decide_screening_match"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listScreenings: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Screenings"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_screenings"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                operation?: string;
                actor?: string;
                from?: string;
                to?: string;
                order?: "newest" | "oldest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntries"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_audit"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getCustomerAudit: {
        parameters: {
            query?: {
                order?: "newest" | "oldest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntries"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_customer_audit"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listKeyAccess: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                identity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyAccesses"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_key_access"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getAuditCheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheck"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["check_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_audit_check"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    startAuditCheck: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheck"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_audit_check"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    revealSsn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SsnReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FullSsn"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["customer_dne_or_ssn_dne"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["reveal_budget_or_rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_reveal_ssn"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listCustomerHistory: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerHistory"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_customer_history"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    closeAccount: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountClosing"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountClosed"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_close_account"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    setLegalHold: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HoldReason"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHold"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_set_legal_hold"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    releaseLegalHold: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
                hold_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReleaseReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHold"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["second_approver_or_foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["hold_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_release_legal_hold"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedCustomers: {
        parameters: {
            query?: {
                order?: "oldest" | "newest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestrictedCustomers"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getRestrictedCustomer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestrictedCustomer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_restricted"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    requestErasure: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureReason"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureRequest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_request_erasure"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    approveErasure: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erased"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["second_approver_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["erasure_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["legal_hold_or_idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_approve_erasure"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getRetentionPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionPolicy"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_retention_policy"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    changeRetentionPolicy: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionPolicyChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionPolicy"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_change_retention_policy"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getCustomerRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerRetention"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_customer_retention"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listLegalHolds: {
        parameters: {
            query?: {
                status?: "active" | "released";
                customer_id?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LegalHolds"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_legal_holds"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listErasureRequests: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureRequests"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_erasure_requests"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    withdrawErasure: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                customer_id: string;
                erasure_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureRequest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["erasure_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            410: components["responses"]["customer_deleted"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_withdraw_erasure"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedVerifications: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Verifications"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted_verifications"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getRestrictedVerification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
                verification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestrictedVerification"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_restricted_verification"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getRestrictedDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
                verification_id: string;
                document_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentFile"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne_or_kyc_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_restricted_document"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedChangeRequests: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestrictedChangeRequests"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted_change_requests"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedCustomerHistory: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerHistory"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted_customer_history"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedConsents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Consents"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted_consents"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRestrictedScreenings: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Screenings"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_restricted_screenings"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    revealRestrictedSsn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SsnReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FullSsn"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["customer_dne_or_ssn_dne"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["reveal_budget_or_rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_reveal_restricted_ssn"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getWaiting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Waiting"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_waiting"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_overview"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    exportCustomerFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                customer_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileReason"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CustomerFile"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["customer_dne"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_export_customer_file"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listEvents: {
        parameters: {
            query?: {
                type?: string;
                customer_id?: string;
                from?: string;
                to?: string;
                order?: "oldest" | "newest";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Events"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            410: components["responses"]["events_gone"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_events"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_webhooks"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWebhook"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_create_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_delete_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookChange"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_update_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_test_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecretRotation"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_rotate_webhook_secret"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                status?: "pending" | "delivered" | "dead";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deliveries"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_deliveries"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                webhook_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WholeDelivery"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne_or_delivery_dne"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_delivery"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplayAnswer"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["webhook_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_replay_webhook"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    verifyKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                identity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_verify_key"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeys"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_keys"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["key_dup_or_key_budget_or_idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_create_key"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                identity: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyRotation"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["key_person_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["key_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["key_revoked_or_idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_rotate_key"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                identity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKey"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            404: components["responses"]["key_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_revoke_key"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listRequests: {
        parameters: {
            query?: {
                status?: string;
                operation?: string;
                actor?: string;
                console?: "true" | "false";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestList"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_requests"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_get_settings"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listOperators: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operators"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_operators"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    inviteOperator: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    roles: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorWithLink"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["own_account_or_operator_elsewhere_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["provider_account_or_idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_change_operator"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    updateOperator: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                operator_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    roles?: ("viewer" | "agent" | "compliance" | "developer" | "admin")[];
                    disabled?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operator"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["own_account_or_operator_elsewhere_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["operator_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["provider_account_or_idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_change_operator"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    resetOperator: {
        parameters: {
            query?: never;
            header?: {
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path: {
                operator_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperatorWithLink"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["own_account_or_operator_elsewhere_or_foreign_page_or_scope_err_or_passkey_required_or_confirmation_required"];
            404: components["responses"]["operator_dne"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["idempotency_key_exists"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            422: components["responses"]["idempotency_mismatch"];
            429: components["responses"]["rate_limited_or_idempotency_budget"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_change_operator"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listActors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Actors"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["auth_err_or_session_err"];
            403: components["responses"]["foreign_page_or_scope_err_or_passkey_required"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_list_actors"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    getSignInOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInOptions"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    email: string;
                    password: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["sign_in_err"];
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    closeSession: {
        parameters: {
            query?: {
                sessions?: "this" | "others" | "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessions"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    openDemoSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    account: "avery" | "sam" | "robin";
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["foreign_page"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                    name?: string;
                    email?: string;
                    password: string;
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["link_err_or_foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    confirmSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IdentityProof"];
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Confirmation"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["sign_in_err_or_session_err"];
            403: components["responses"]["passkey_copied_or_provider_flow_or_provider_denied_or_provider_answer_or_provider_no_roles_or_foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited_or_rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            502: components["responses"]["provider_clock_or_provider_unreachable_or_provider_refused"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    password: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangedPassword"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["no_password_or_foreign_page_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    createPasskeyChallenge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallenge"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable"];
        };
    };
    openPasskeySession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    passkey: components["schemas"]["PasskeyAssertion"];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["sign_in_err"];
            403: components["responses"]["passkey_copied_or_foreign_page"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkeys"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["foreign_page"];
            408: components["responses"]["request_timeout"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    addPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    name: string;
                    passkey: components["schemas"]["PasskeyAttestation"];
                };
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["passkey_required_or_foreign_page_or_confirmation_required"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["passkey_dup"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    removePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                passkey_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            401: components["responses"]["session_err"];
            403: components["responses"]["foreign_page_or_confirmation_required"];
            404: components["responses"]["passkey_dne"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["rate_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
    beginProviderSignIn: {
        parameters: {
            query?: {
                purpose?: "sign_in" | "window" | "proof";
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderSignIn"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["foreign_page"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            502: components["responses"]["provider_unreachable"];
            503: components["responses"]["unavailable"];
        };
    };
    openProviderSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProviderAnswer"];
            };
        };
        responses: {
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderSession"];
                };
            };
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["provider_flow_or_provider_denied_or_provider_answer_or_provider_no_roles_or_provider_email_or_account_disabled_or_foreign_page"];
            404: components["responses"]["not_found"];
            408: components["responses"]["request_timeout"];
            409: components["responses"]["provider_email_taken"];
            413: components["responses"]["payload_too_large"];
            415: components["responses"]["unsupported_media_type"];
            429: components["responses"]["sign_in_limited"];
            431: components["responses"]["header_too_large"];
            500: components["responses"]["unknown_session"];
            502: components["responses"]["provider_clock_or_provider_unreachable_or_provider_refused"];
            503: components["responses"]["unavailable_or_record_altered"];
        };
    };
}
